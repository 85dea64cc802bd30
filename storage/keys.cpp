#include "storage/keys.hpp"

#include <cassert>

#include "runtime/base/hex.hpp"
#include "storage/bytes.hpp"

namespace lightstick::storage {
namespace {

constexpr std::size_t prefix_header_bytes = 4;
constexpr std::size_t due_header_bytes = 12;

/// In quotes, with everything that is not plain ASCII escaped.
std::string quoted(std::string_view bytes) {
  std::string out = "\"";
  for (char c : bytes) {
    auto byte = static_cast<std::uint8_t>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte > 0x7E) {
      out += "\\x";
      append_hex(out, byte);
    } else {
      out += c;
    }
  }
  out += '"';
  return out;
}

/// A row key of 8 bytes is nearly always a number; it is shown as such, and so are all other keys as text.
std::string row_text(std::string_view key) {
  if (key.size() == 8) return std::to_string(get_big_endian<std::uint64_t>(key));
  return quoted(key);
}

}  // namespace

std::string_view to_string(family f) noexcept {
  switch (f) {
    case family::meta: return "meta";
    case family::journal: return "journal";
    case family::snapshots: return "snapshots";
    case family::history: return "history";
    case family::marks: return "marks";
    case family::reminders: return "reminders";
    case family::due: return "due";
    case family::floors: return "floors";
  }
  return "unknown";
}

bool many_keys_a_log(family f) noexcept {
  return f == family::journal || f == family::history || f == family::marks || f == family::reminders;
}

std::string log_prefix(const log_id& log) {
  assert(log.name.size() <= log_name_bytes_max);
  std::string out;
  out.reserve(prefix_header_bytes + log.name.size());
  put_big_endian(out, log.partition.value);
  put_big_endian(out, static_cast<std::uint16_t>(log.name.size()));
  out += log.name;
  return out;
}

std::string journal_key(std::string_view prefix, sequence at) {
  std::string out;
  out.reserve(prefix.size() + sizeof(std::uint64_t));
  out += prefix;
  put_big_endian(out, at.value());
  return out;
}

std::string row_key(std::string_view prefix, std::string_view key) {
  std::string out;
  out.reserve(prefix.size() + key.size());
  out += prefix;
  out += key;
  return out;
}

std::string due_begin(partition p, std::int64_t from_ms) {
  assert(from_ms >= 0);
  std::string out;
  put_big_endian(out, p.value);
  put_big_endian(out, static_cast<std::uint64_t>(from_ms));
  return out;
}

std::string due_key(const due_entry& e) {
  assert(e.log.size() <= log_name_bytes_max);
  std::string out = due_begin(e.partition, e.due_ms);
  put_big_endian(out, static_cast<std::uint16_t>(e.log.size()));
  out += e.log;
  out += e.name;
  return out;
}

std::optional<due_entry> parse_due_key(std::string_view key) {
  if (key.size() < due_header_bytes) return std::nullopt;
  due_entry out;
  out.partition.value = get_big_endian<std::uint16_t>(key);
  auto due = get_big_endian<std::uint64_t>(key.substr(2));
  std::size_t size = get_big_endian<std::uint16_t>(key.substr(10));
  key.remove_prefix(due_header_bytes);
  if (due > INT64_MAX || size == 0 || size > log_name_bytes_max || key.size() <= size) return std::nullopt;
  out.due_ms = static_cast<std::int64_t>(due);
  out.log = key.substr(0, size);
  out.name = key.substr(size);
  return out;
}

std::size_t log_prefix_size(std::string_view key) noexcept {
  if (key.size() < prefix_header_bytes) return 0;
  std::size_t size = prefix_header_bytes + get_big_endian<std::uint16_t>(key.substr(2));
  return key.size() < size ? 0 : size;
}

std::string prefix_end(std::string prefix) {
  while (!prefix.empty() && static_cast<std::uint8_t>(prefix.back()) == 0xFF) prefix.pop_back();
  assert(!prefix.empty());
  prefix.back() = static_cast<char>(static_cast<std::uint8_t>(prefix.back()) + 1);
  return prefix;
}

std::string epoch_key(partition p) {
  std::string digits = std::to_string(p.value);
  return "epoch/" + std::string(digits.size() < 3 ? 3 - digits.size() : 0, '0') + digits;
}

std::string describe(const log_id& log) {
  return "partition " + std::to_string(log.partition.value) + ", log " + quoted(log.name);
}

std::string describe(family f, std::string_view key) {
  std::string out(to_string(f));
  if (auto due = f == family::due ? parse_due_key(key) : std::nullopt) {
    return out + ", " + describe(log_id{due->partition, due->log}) + ", reminder " + quoted(due->name) + " at " +
           std::to_string(due->due_ms);
  }
  std::size_t size = f == family::meta || f == family::due ? 0 : log_prefix_size(key);
  if (size == 0) return out + ", key " + quoted(key);
  out += ", ";
  out += describe(log_id{partition{get_big_endian<std::uint16_t>(key)},
                         std::string(key.substr(prefix_header_bytes, size - prefix_header_bytes))});
  auto rest = key.substr(size);
  if (f == family::journal) out += ", sequence " + row_text(rest);
  if (f == family::history || f == family::marks) out += ", row " + row_text(rest);
  if (f == family::reminders) out += ", reminder " + quoted(rest);
  return out;
}

}  // namespace lightstick::storage
