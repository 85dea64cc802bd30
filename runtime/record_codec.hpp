#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/base/result.hpp"

/// The form of every record that actors keep: a msgpack array `[version, field, ...]`. docs/formats.md lists them.
/// Without msgpack's headers, so that any codec may include it.
namespace lightstick::runtime {

/// Events and snapshots up to this size are written, and every record that was written is read. What is beyond it is
/// refused by `context::persist`. Bytes.
inline constexpr std::size_t record_bytes_max = 8U << 20U;

/// Writes one record. REQUIRES: exactly the announced number of fields is written.
class record_writer {
 public:
  /// `fields` does not count the version.
  record_writer(std::uint64_t version, std::size_t fields);

  record_writer& number(std::uint64_t n);
  record_writer& integer(std::int64_t n);
  record_writer& text(std::string_view utf8);
  record_writer& bytes(std::string_view raw);
  record_writer& flag(bool b);
  record_writer& number_or_nil(std::optional<std::uint64_t> n);
  record_writer& integer_or_nil(std::optional<std::int64_t> n);
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

/// Reads one record, field by field. The first mistake is kept and everything read after it is empty, so that a
/// decoder reads all its fields and asks `finish` once. Never throws, never reads beyond the bytes, and never
/// allocates more than some thirty times their size.
class record_reader {
 public:
  /// `what` names the record in errors ("room event"); versions 1 to `newest` are understood.
  /// REQUIRES: the bytes of `record` outlive this.
  record_reader(std::string_view record, std::string_view what, std::uint64_t newest);
  ~record_reader();
  record_reader(const record_reader&) = delete;
  record_reader& operator=(const record_reader&) = delete;

  [[nodiscard]] std::uint64_t version() const noexcept;
  /// Fields not read yet; 0 after a mistake.
  [[nodiscard]] std::size_t remaining() const noexcept;

  [[nodiscard]] std::uint64_t number();
  [[nodiscard]] std::int64_t integer();
  [[nodiscard]] std::string text();
  [[nodiscard]] std::string bytes();
  [[nodiscard]] bool flag();
  [[nodiscard]] std::optional<std::uint64_t> number_or_nil();
  [[nodiscard]] std::optional<std::int64_t> integer_or_nil();

  /// The decoder found a field that cannot be.
  void refuse(std::string_view why);
  /// Errors: corrupt, when anything was wrong or fields are left over.
  [[nodiscard]] result<void> finish() const;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace lightstick::runtime
