#include "tools/bench/scratch.hpp"

#include <unistd.h>
#include <array>
#include <cstdio>

namespace lightstick::tools::bench {

scratch::scratch(const std::filesystem::path& in) {
  static std::atomic<int> made{0};
  path_ = in / ("lightstick-bench-" + std::to_string(::getpid()) + "-" + std::to_string(made++));
  std::filesystem::create_directories(path_);
}

scratch::~scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string numbered(const char* what, std::uint64_t n) {
  std::array<char, 64> out{};
  std::snprintf(out.data(), out.size(), "%s-%07llu", what, static_cast<unsigned long long>(n));
  return out.data();
}

}  // namespace lightstick::tools::bench
