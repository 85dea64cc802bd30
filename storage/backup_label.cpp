#include "storage/backup_label.hpp"

#include <charconv>
#include <limits>

#include "storage/errc.hpp"
#include "storage/files.hpp"

namespace lightstick::storage {
namespace {

constexpr const char* title = "Lightstick back-ups. Do not edit, do not remove files.";

template <class Number>
bool read_number(const std::string& text, const std::string& name, Number& into) {
  auto digits = field_of(text, name);
  const auto* end = digits.data() + digits.size();
  auto read = std::from_chars(digits.data(), end, into);
  return read.ec == std::errc() && read.ptr == end && into >= 0;
}

tl::unexpected<error> damaged(const std::string& what) {
  return fail(errc::corrupt, what + " does not say what it is; use another back-up");
}

}  // namespace

std::string encode_label(const backup_label& l) {
  return "store " + l.store_id + "\nhistory " + l.history.str() + "\nformat " + std::to_string(l.format) + "\ntime " +
         std::to_string(l.made_ms) + "\n";
}

result<backup_label> decode_label(const std::string& text) {
  backup_label out;
  out.store_id = field_of(text, "store");
  out.history = history_id{field_of(text, "history")};
  if (out.store_id.empty() || out.history.str().empty() || !read_number(text, "format", out.format) ||
      !read_number(text, "time", out.made_ms)) {
    return damaged("the back-up");
  }
  return out;
}

std::string encode_folder_label(const backup_folder_label& l) {
  return std::string(title) + "\nformat " + std::to_string(backup_folder_format) + "\nstore " + l.store_id + "\nkeep " +
         std::to_string(l.rule.keep) + "\nkeep_for_ms " + std::to_string(l.rule.keep_for_ms) + "\n";
}

result<backup_folder_label> decode_folder_label(const std::string& text) {
  backup_folder_label out;
  std::uint64_t format = 0;
  if (!read_number(text, "format", format)) return damaged("the folder of back-ups");
  if (format > backup_folder_format) {
    return fail(errc::newer_format, "the folder of back-ups has format " + std::to_string(format) +
                                        ", this program reads up to " + std::to_string(backup_folder_format) +
                                        "; use a newer version of Lightstick");
  }
  out.store_id = field_of(text, "store");
  if (out.store_id.empty() || !read_number(text, "keep", out.rule.keep) ||
      !read_number(text, "keep_for_ms", out.rule.keep_for_ms)) {
    return damaged("the folder of back-ups");
  }
  return out;
}

std::int64_t expires_ms(const backup_rule& rule, std::int64_t made_ms) noexcept {
  // As long as no clock can tell is for ever.
  const bool for_ever = rule.keep_for_ms == 0 || made_ms > std::numeric_limits<std::int64_t>::max() - rule.keep_for_ms;
  return for_ever ? 0 : made_ms + rule.keep_for_ms;
}

}  // namespace lightstick::storage
