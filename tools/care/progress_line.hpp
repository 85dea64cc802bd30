#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "storage/progress.hpp"

namespace lightstick::tools {

/// Tells on standard error how far a long work is: one line that changes on a terminal; a line a second where it was
/// asked for and there is none; nothing else. Called on one thread at a time; ends the line when it goes.
class progress_line {
 public:
  /// `asked`: --progress was given.
  progress_line(std::string doing, bool asked);
  ~progress_line();
  progress_line(const progress_line&) = delete;
  progress_line& operator=(const progress_line&) = delete;

  void show(std::uint64_t done_bytes, std::uint64_t total_bytes);
  /// For the storage; refers to this, never ends the work.
  [[nodiscard]] storage::progress watch();

 private:
  const std::string doing_;
  const bool terminal_;
  const bool on_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_;
};

/// "backup 45% 1.2GiB of 2.7GiB". Pure.
[[nodiscard]] std::string progress_text(const std::string& doing, std::uint64_t done, std::uint64_t total);

}  // namespace lightstick::tools
