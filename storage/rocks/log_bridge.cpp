#include "storage/rocks/log_bridge.hpp"

#include <array>
#include <cstdio>

#include "runtime/base/log.hpp"

namespace lightstick::storage::rocks {
namespace {

constexpr std::size_t line_bytes_max = 1024;

/// The file in "[...] /data/rocks/000004.log: dropping 17 bytes; Corruption: checksum mismatch".
std::string_view dropping(std::string_view line) {
  auto end = line.find(": dropping ");
  if (end == std::string_view::npos) return {};
  line = line.substr(0, end);
  auto begin = line.find_last_of(" )]");
  return begin == std::string_view::npos ? line : line.substr(begin + 1);
}

}  // namespace

void log_bridge::Logv(rocksdb::InfoLogLevel level, const char* format, va_list words) {
  if (level < GetInfoLogLevel() || level == rocksdb::InfoLogLevel::HEADER_LEVEL) return;
  std::array<char, line_bytes_max> text{};
  if (std::vsnprintf(text.data(), text.size(), format, words) < 0) return;
  std::string line(text.data());
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
  if (auto file = dropping(line); !file.empty()) {
    std::lock_guard lock(mutex_);
    damaged_log_ = file;
  }
  if (level >= rocksdb::InfoLogLevel::ERROR_LEVEL) {
    LS_LOG(storage, error, "rocksdb", {"says", line});
  } else {
    LS_LOG(storage, warn, "rocksdb", {"says", line});
  }
}

std::string log_bridge::damaged_log() const {
  std::lock_guard lock(mutex_);
  return damaged_log_;
}

}  // namespace lightstick::storage::rocks
