#pragma once

#include <csignal>
#include <cstdint>

namespace lightstick::tools {

/// What SIGHUP means: to a program at a terminal, that this has gone; to a service, to read its files again.
enum class hangup_is : std::uint8_t { the_end, reread };

/// The signals that a node waits for: SIGTERM, SIGINT, and SIGHUP unless it is ignored (nohup). SIGPIPE is ignored: a
/// socket that went away is an error of a write, not the end of the process.
///
/// REQUIRES: made on the main thread before any other thread, so that all inherit the mask and only `wait` takes them.
class node_signals {
 public:
  node_signals();
  /// Blocks until one comes; which one.
  [[nodiscard]] int wait() const;
  [[nodiscard]] hangup_is hangup() const noexcept { return hangup_; }
  /// From now on the next one that means the end does so at once, with exit code 1, whatever is under way. Call once.
  void end_at_next() const;

 private:
  sigset_t set_;
  hangup_is hangup_;
};

}  // namespace lightstick::tools
