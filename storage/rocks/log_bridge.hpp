#pragma once

#include <rocksdb/env.h>
#include <mutex>
#include <string>

namespace lightstick::storage::rocks {

/// Brings RocksDB's warnings and errors (stalls, failed compactions, what a recovery met) into the log of the node,
/// instead of a file of its own. Thread-safe.
class log_bridge final : public rocksdb::Logger {
 public:
  log_bridge() : Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}

  using Logger::Logv;
  void Logv(rocksdb::InfoLogLevel level, const char* format, va_list words) override;
  void Logv(const char* format, va_list words) override { Logv(rocksdb::InfoLogLevel::WARN_LEVEL, format, words); }
  void LogHeader(const char* /*format*/, va_list /*words*/) override {}

  /// The file of the write-ahead log in which a recovery met damage, which the error does not tell; empty when none did.
  [[nodiscard]] std::string damaged_log() const;

 private:
  mutable std::mutex mutex_;
  std::string damaged_log_;
};

}  // namespace lightstick::storage::rocks
