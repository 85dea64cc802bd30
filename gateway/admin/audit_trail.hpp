#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "gateway/net/core.hpp"
#include "gateway/net/io_thread.hpp"

namespace lightstick::gateway::admin {

/// Who asks, for the audit journal.
struct asker {
  std::string who;
  std::string from;
};

/// What an operator has the node do.
struct change_asked {
  asker by;
  std::string what;    ///< "restart"
  std::string target;  ///< "room/aurora"
};

/// Writes changes into the audit journal, before and after. A journal that does not take an entry (damaged, full disk,
/// overloaded) or not in time (hanging disk) holds nobody up: whoever mends the node needs its changes. The log then
/// names the change at level warn, and `lightstick_gateway_unaudited_changes_total` counts it.
///
/// Thread: any. REQUIRES: `c` outlives the last answer; `timers` runs the timers of what has been asked.
class audit_trail {
 public:
  audit_trail(net::core& c, net::io_thread& timers);

  /// Writes that it was asked for, then calls `go` once, on any thread; with the reason when it is not written.
  void asked(const change_asked& c, unique_function<void(std::optional<std::string> unaudited)> go);
  /// Writes what came of it. `known`: the log has named the change already.
  void ended(const change_asked& c, std::string outcome, bool known);

 private:
  void record(const change_asked& c, std::string outcome, unique_function<void(result<void>)> done);
  void tell(const change_asked& c, const std::string& outcome, const error& why);

  net::core& core_;
  net::io_thread& timers_;
  counter& unaudited_;
};

/// A listener that calls `done` once: with the first of what it is given and, after `limit`, `late`.
[[nodiscard]] unique_function<void(result<void>)> within(net::io_thread& timers, std::chrono::milliseconds limit,
                                                         error late, unique_function<void(result<void>)> done);

}  // namespace lightstick::gateway::admin
