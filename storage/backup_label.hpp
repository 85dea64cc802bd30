#pragma once

#include <cstdint>
#include <string>

#include "runtime/base/ids.hpp"
#include "runtime/base/result.hpp"

/// The texts that say what a back-up is, line by line as `docs/formats.md` has them. Pure.
namespace lightstick::storage {

/// What one back-up says of itself.
struct backup_label {
  std::string store_id;
  lightstick::history_id history;
  std::uint64_t format = 0;   ///< of the data folder
  std::int64_t made_ms = 0;   ///< when it began (Unix epoch): it holds what was committed before
};

[[nodiscard]] std::string encode_label(const backup_label& l);
/// Errors: corrupt.
[[nodiscard]] result<backup_label> decode_label(const std::string& text);

/// How long the back-ups of a folder stay. 0 = for ever.
struct backup_rule {
  std::uint32_t keep = 0;
  std::int64_t keep_for_ms = 0;
};

/// What a folder of back-ups says of itself.
struct backup_folder_label {
  std::string store_id;
  backup_rule rule;
};

inline constexpr std::uint64_t backup_folder_format = 1;
[[nodiscard]] std::string encode_folder_label(const backup_folder_label& l);
/// Errors: corrupt, newer_format.
[[nodiscard]] result<backup_folder_label> decode_folder_label(const std::string& text);

/// When a back-up of that time expires; 0 = never.
[[nodiscard]] std::int64_t expires_ms(const backup_rule& rule, std::int64_t made_ms) noexcept;

}  // namespace lightstick::storage
