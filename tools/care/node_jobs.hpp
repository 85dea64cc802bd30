#pragma once

#include <string>

#include "gateway/wire/value.hpp"
#include "tools/admin/admin_client.hpp"
#include "tools/care/progress_line.hpp"

namespace lightstick::tools {

/// What a node says of a long work when it is done.
struct job_outcome {
  std::string text;
  gateway::wire::value result;
};

/// Has a running node do a long work (`kind`: backup, stats) and waits until it is done, looking once a while; as long
/// as the node says that it goes on. Errors: as admin_client, and what the node says why it could not.
[[nodiscard]] result<job_outcome> run_on_node(const admin_client& client, const std::string& kind,
                                              const gateway::wire::value& order, progress_line& progress);

}  // namespace lightstick::tools
