#include "storage/record.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "storage/bytes.hpp"
#include "storage/errc.hpp"

namespace lightstick::storage {
namespace {

constexpr std::size_t version_at = 0;
constexpr std::size_t type_at = 1;
constexpr std::size_t checksum_at = 2;

std::uint64_t checksum(std::string_view key, std::string_view head, std::string_view payload) {
  std::string size;
  put_big_endian(size, static_cast<std::uint32_t>(key.size()));
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  XXH3_64bits_update(&state, size.data(), size.size());
  XXH3_64bits_update(&state, key.data(), key.size());
  XXH3_64bits_update(&state, head.data(), head.size());
  XXH3_64bits_update(&state, payload.data(), payload.size());
  return XXH3_64bits_digest(&state);
}

/// Builds one record: the envelope, then fields, then `seal`.
class record_builder {
 public:
  record_builder(record_type t, std::size_t payload_bytes) {
    bytes_.reserve(envelope_bytes + payload_bytes);
    bytes_.push_back(static_cast<char>(record_version));
    bytes_.push_back(static_cast<char>(t));
    bytes_.append(envelope_bytes - checksum_at, '\0');
  }
  record_builder& number(std::uint64_t n) {
    put_big_endian(bytes_, n);
    return *this;
  }
  record_builder& text(std::string_view t) {
    bytes_ += t;
    return *this;
  }
  std::string seal(std::string_view key) {
    std::string_view all = bytes_;
    auto sum = checksum(key, all.substr(0, checksum_at), all.substr(envelope_bytes));
    for (std::size_t i = 0; i < 8; ++i) bytes_[checksum_at + i] = static_cast<char>(sum >> (56 - 8 * i));
    return std::move(bytes_);
  }

 private:
  std::string bytes_;
};

tl::unexpected<error> damaged(family f, std::string_view key, std::string_view what) {
  return fail(errc::corrupt, describe(f, key) + ": " + std::string(what));
}

/// Checks the envelope and gives the payload, which has at least `payload_bytes_min` bytes.
result<std::string_view> open(family f, record_type t, std::string_view key, std::string_view value,
                              std::size_t payload_bytes_min) {
  if (value.size() < envelope_bytes) {
    return damaged(f, key, "record of " + std::to_string(value.size()) + " bytes is cut short");
  }
  auto payload = value.substr(envelope_bytes);
  auto stored = get_big_endian<std::uint64_t>(value.substr(checksum_at));
  if (checksum(key, value.substr(0, checksum_at), payload) != stored) {
    return damaged(f, key, "checksum does not match");
  }
  if (static_cast<record_type>(value[type_at]) != t) {
    return damaged(f, key,
                   "record is of type " + std::to_string(static_cast<std::uint8_t>(value[type_at])) + ", not " +
                       std::to_string(static_cast<unsigned>(t)));
  }
  auto version = static_cast<std::uint8_t>(value[version_at]);
  if (version > record_version) {
    return fail(errc::newer_format, describe(f, key) + ": record has version " + std::to_string(version) +
                                        ", this program reads up to " + std::to_string(record_version));
  }
  if (version == 0) return damaged(f, key, "record has version 0");
  if (payload.size() < payload_bytes_min) return damaged(f, key, "payload is cut short");
  return payload;
}

}  // namespace

std::string encode_event(std::string_view key, const stored_event& e) {
  return record_builder(record_type::event, 8 + e.event.size()).number(e.epoch.value()).text(e.event).seal(key);
}

std::string encode_snapshot(std::string_view key, const stored_snapshot& s) {
  return record_builder(record_type::snapshot, 24 + s.state.size())
      .number(s.epoch.value())
      .number(s.at.value())
      .number(s.oldest.value())
      .text(s.state)
      .seal(key);
}

std::string encode_history_row(std::string_view key, std::string_view value) {
  return record_builder(record_type::history_row, value.size()).text(value).seal(key);
}

std::string encode_mark(std::string_view key, const stored_mark& m) {
  return record_builder(record_type::mark, 8 + m.value.size())
      .number(static_cast<std::uint64_t>(m.expires_ms))
      .text(m.value)
      .seal(key);
}

std::string encode_reminder(std::string_view key, const stored_reminder& r) {
  return record_builder(record_type::reminder, 8 + r.payload.size())
      .number(static_cast<std::uint64_t>(r.due_ms))
      .text(r.payload)
      .seal(key);
}

std::string encode_due(std::string_view key) { return record_builder(record_type::due, 0).seal(key); }

std::string encode_floor(std::string_view key, std::string_view row_key) {
  return record_builder(record_type::floor, row_key.size()).text(row_key).seal(key);
}

std::string encode_text(record_type t, std::string_view key, std::string_view text) {
  return record_builder(t, text.size()).text(text).seal(key);
}

std::string encode_number(record_type t, std::string_view key, std::uint64_t n) {
  return record_builder(t, 8).number(n).seal(key);
}

result<stored_event> decode_event(std::string_view key, std::string_view value) {
  auto payload = open(family::journal, record_type::event, key, value, 8);
  if (!payload) return fail(std::move(payload.error()));
  return stored_event{epoch{get_big_endian<std::uint64_t>(*payload)}, payload->substr(8)};
}

result<stored_snapshot> decode_snapshot(std::string_view key, std::string_view value) {
  auto payload = open(family::snapshots, record_type::snapshot, key, value, 24);
  if (!payload) return fail(std::move(payload.error()));
  return stored_snapshot{epoch{get_big_endian<std::uint64_t>(*payload)},
                         sequence{get_big_endian<std::uint64_t>(payload->substr(8))},
                         sequence{get_big_endian<std::uint64_t>(payload->substr(16))}, payload->substr(24)};
}

result<std::string_view> decode_history_row(std::string_view key, std::string_view value) {
  return open(family::history, record_type::history_row, key, value, 0);
}

result<stored_mark> decode_mark(std::string_view key, std::string_view value) {
  auto payload = open(family::marks, record_type::mark, key, value, 8);
  if (!payload) return fail(std::move(payload.error()));
  return stored_mark{static_cast<std::int64_t>(get_big_endian<std::uint64_t>(*payload)), payload->substr(8)};
}

result<stored_reminder> decode_reminder(std::string_view key, std::string_view value) {
  auto payload = open(family::reminders, record_type::reminder, key, value, 8);
  if (!payload) return fail(std::move(payload.error()));
  return stored_reminder{static_cast<std::int64_t>(get_big_endian<std::uint64_t>(*payload)), payload->substr(8)};
}

result<due_entry> decode_due(std::string_view key, std::string_view value) {
  auto payload = open(family::due, record_type::due, key, value, 0);
  if (!payload) return fail(std::move(payload.error()));
  auto entry = parse_due_key(key);
  if (!entry) return damaged(family::due, key, "key is none of a reminder");
  return std::move(*entry);
}

result<std::string_view> decode_floor(std::string_view key, std::string_view value) {
  return open(family::floors, record_type::floor, key, value, 0);
}

result<std::string_view> decode_text(record_type t, std::string_view key, std::string_view value) {
  return open(family::meta, t, key, value, 0);
}

result<std::uint64_t> decode_number(record_type t, std::string_view key, std::string_view value) {
  auto payload = open(family::meta, t, key, value, 8);
  if (!payload) return fail(std::move(payload.error()));
  return get_big_endian<std::uint64_t>(*payload);
}

bool mark_expired(std::string_view key, std::string_view value, std::int64_t now_ms) {
  auto mark = decode_mark(key, value);
  return mark && mark->expires_ms != 0 && mark->expires_ms <= now_ms;
}

std::string first_row_shown(std::string_view key, std::string_view value) {
  auto floor = decode_floor(key, value);
  return floor ? row_key(key, *floor) : std::string{};
}

}  // namespace lightstick::storage
