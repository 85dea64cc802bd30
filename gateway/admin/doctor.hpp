#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/metrics.hpp"
#include "runtime/system.hpp"

namespace lightstick::gateway::admin {

/// Something that an operator should look at, the way out included.
struct finding {
  std::string_view severity;  ///< "error": people notice; "warning": they will
  std::string subject;        ///< "room/aurora", "storage"
  std::string what;
  std::string advice;
};

/// What is wrong with this node now. Thread: any; looks at every active actor, so some milliseconds on a full node.
[[nodiscard]] std::vector<finding> examine(const runtime::system& sys, const metrics& registry);

}  // namespace lightstick::gateway::admin
