#pragma once

#include <csignal>

namespace lightstick::tools {

/// The signals that end a node: SIGTERM, SIGINT, and SIGHUP unless it is ignored (nohup). SIGPIPE is ignored: a
/// socket that went away is an error of a write, not the end of the process.
///
/// REQUIRES: made on the main thread before any other thread, so that all inherit the mask and only `wait` takes them.
class ending_signals {
 public:
  ending_signals();
  /// Blocks until one comes; which one.
  [[nodiscard]] int wait() const;
  /// From now on the next one ends the process at once with exit code 1, whatever it is doing. Call once.
  void end_at_next() const;

 private:
  sigset_t set_;
};

}  // namespace lightstick::tools
