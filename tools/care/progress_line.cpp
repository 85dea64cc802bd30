#include "tools/care/progress_line.hpp"

#include <unistd.h>
#include <algorithm>
#include <iostream>

#include "tools/text/units.hpp"

namespace lightstick::tools {
namespace {

constexpr std::chrono::milliseconds terminal_pause{200};
constexpr std::chrono::milliseconds line_pause{1'000};

}  // namespace

std::string progress_text(const std::string& doing, std::uint64_t done, std::uint64_t total) {
  const auto of = std::max(done, total);
  const auto percent = of == 0 ? 100 : static_cast<int>(static_cast<double>(done) * 100 / static_cast<double>(of));
  return doing + " " + std::to_string(percent) + "% " + text::human_size(done) + " of " + text::human_size(of);
}

progress_line::progress_line(std::string doing, bool asked)
    : doing_(std::move(doing)), terminal_(::isatty(STDERR_FILENO) != 0), on_(terminal_ || asked) {}

progress_line::~progress_line() {
  if (shown_ && terminal_) std::cerr << "\r\x1b[K" << std::flush;
}

void progress_line::show(std::uint64_t done_bytes, std::uint64_t total_bytes) {
  if (!on_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_ && done_bytes < total_bytes) return;
  next_ = now + (terminal_ ? terminal_pause : line_pause);
  const auto line = progress_text(doing_, done_bytes, total_bytes);
  std::cerr << (terminal_ ? "\r\x1b[K" + line : line + "\n") << std::flush;
  shown_ = true;
}

storage::progress progress_line::watch() {
  return [this](std::uint64_t done, std::uint64_t total) {
    show(done, total);
    return true;
  };
}

}  // namespace lightstick::tools
