#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/deadline.hpp"

namespace lightstick::test {

/// How a process ended: its exit code, or the signal that ended it.
struct process_end {
  int exit_code = -1;
  int signal = 0;
};

/// A program of ours that runs beside the test, and dies with it. Its output goes to two files. One thread, which
/// has to outlive the process (the kernel ends it with the thread that started it).
class process {
 public:
  process(const std::filesystem::path& program, const std::vector<std::string>& arguments,
          const std::filesystem::path& out, const std::filesystem::path& err);
  /// Ends it with SIGKILL when it still runs.
  ~process();
  process(const process&) = delete;
  process& operator=(const process&) = delete;

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  void signal(int number) const;
  /// How it ended, when it has.
  std::optional<process_end> ended();
  /// Throws `timed_out`.
  process_end wait(milliseconds limit = patience);

  /// The resident memory now, in bytes.
  [[nodiscard]] std::uint64_t rss_bytes() const;
  /// User and system time used so far, to the kernel's tick (10 ms).
  [[nodiscard]] std::chrono::microseconds cpu_time() const;
  [[nodiscard]] std::size_t open_files() const;

 private:
  pid_t pid_ = -1;
  std::optional<process_end> end_;
};

struct run_result {
  int exit_code = -1;
  std::string out;
  std::string err;
};
/// Runs a program to its end. Throws `timed_out`.
[[nodiscard]] run_result run(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                             milliseconds limit = patience);

/// The node's program: LIGHTSTICK_BINARY, or `lightstick` beside the test or in the folder above.
[[nodiscard]] std::filesystem::path lightstick_binary();

}  // namespace lightstick::test
