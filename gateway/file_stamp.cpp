#include "gateway/file_stamp.hpp"

#include <sys/stat.h>

namespace lightstick::gateway {
namespace {

std::int64_t ns_of(const timespec& t) {
  constexpr std::int64_t ns_per_s = 1'000'000'000;
  return static_cast<std::int64_t>(t.tv_sec) * ns_per_s + t.tv_nsec;
}

}  // namespace

std::optional<file_stamp> stamp_of(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return std::nullopt;
  return file_stamp{info.st_dev, info.st_ino, ns_of(info.st_ctim), ns_of(info.st_mtim), info.st_size};
}

}  // namespace lightstick::gateway
