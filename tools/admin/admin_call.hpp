#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/base/result.hpp"
#include "tools/admin/admin_client.hpp"
#include "tools/exit_code.hpp"

namespace CLI {
class App;
}

namespace lightstick::tools {

/// How answers are shown.
struct admin_output {
  bool json = false;
  /// Prints `body` as it is with --json, and what `show` makes of it otherwise.
  [[nodiscard]] exit_code print(const result<std::string>& body, result<std::string> (*show)(std::string_view)) const;
};

/// A subcommand of `lightstick admin`. Life: `declare` once, then, when it was the one that was asked for, `run` once.
class admin_call {
 public:
  virtual ~admin_call() = default;
  virtual CLI::App& declare(CLI::App& admin) = 0;
  [[nodiscard]] virtual exit_code run(const admin_client& client, const admin_output& out) = 0;
  /// Before a token is read or a node asked. Errors: invalid, a sentence.
  [[nodiscard]] virtual result<void> check() const { return {}; }
};
using admin_calls = std::vector<std::unique_ptr<admin_call>>;

/// actors, inspect, why, connections, metrics, doctor, audit, revocations: they change nothing.
void add_looking_calls(admin_calls& to);
/// tap, which watches one actor until it has seen enough.
void add_tap_call(admin_calls& to);
/// passivate, restart, revoke, deadletters: what they change is in the audit journal.
void add_changing_calls(admin_calls& to);
/// erase, which takes away what a user has said, and trim. In the audit journal too.
void add_job_calls(admin_calls& to);

/// The argument KIND/KEY.
void add_actor(CLI::App& app, std::string& actor);
/// "room/lobby". Errors: invalid, a sentence that says how to write one.
[[nodiscard]] result<void> check_actor_name(const std::string& what, const std::string& actor);

}  // namespace lightstick::tools
