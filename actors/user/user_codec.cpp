#include "actors/user/user_codec.hpp"

#include <utility>

#include "runtime/record_codec.hpp"

namespace lightstick::actors::user {
namespace {

using runtime::record_reader;
using runtime::record_writer;

constexpr std::uint64_t event_version = 1;
constexpr std::uint64_t snapshot_version = 1;

enum class event_type : std::uint8_t { entered = 1, left = 2, cursor_set = 3 };

std::uint64_t number(event_type t) { return static_cast<std::uint64_t>(t); }

std::string encode_one(const entered& e) {
  return record_writer{event_version, 2}.number(number(event_type::entered)).text(e.room.str()).take();
}

std::string encode_one(const left& e) {
  return record_writer{event_version, 2}.number(number(event_type::left)).text(e.room.str()).take();
}

std::string encode_one(const cursor_set& e) {
  return record_writer{event_version, 3}
      .number(number(event_type::cursor_set))
      .text(e.room.str())
      .number(e.off.value())
      .take();
}

}  // namespace

std::string encode(const event& e) {
  return std::visit([](const auto& one) { return encode_one(one); }, e);
}

result<event> decode_event(std::string_view record) {
  record_reader in{record, "user event", event_version};
  event decoded;
  auto type = in.number();
  room_id room{in.text()};
  if (type == number(event_type::entered)) {
    decoded = entered{std::move(room)};
  } else if (type == number(event_type::left)) {
    decoded = left{std::move(room)};
  } else if (type == number(event_type::cursor_set)) {
    decoded = cursor_set{std::move(room), offset{in.number()}};
  } else {
    in.refuse("has an unknown type");
  }
  if (auto whole = in.finish(); !whole) return fail(std::move(whole.error()));
  return decoded;
}

std::string encode(const std::vector<room_cursor>& rooms) {
  record_writer out{snapshot_version, 2 * rooms.size()};
  for (const auto& at : rooms) out.text(at.room.str()).number(at.read.value());
  return out.take();
}

result<std::vector<room_cursor>> decode_snapshot(std::string_view record) {
  record_reader in{record, "user snapshot", snapshot_version};
  std::vector<room_cursor> rooms;
  rooms.reserve(in.remaining() / 2);
  while (in.remaining() > 0) {
    room_id room{in.text()};
    rooms.push_back({std::move(room), offset{in.number()}});
  }
  if (auto whole = in.finish(); !whole) return fail(std::move(whole.error()));
  return rooms;
}

}  // namespace lightstick::actors::user
