#include "actors/room/room_codec.hpp"

#include <algorithm>
#include <memory>

#include "runtime/record_codec.hpp"

namespace lightstick::actors::room {
namespace {

using runtime::record_reader;
using runtime::record_writer;

constexpr std::uint64_t event_version = 2;  // `created` is still written as 1: it has not changed
constexpr std::uint64_t snapshot_version = 2;
constexpr std::uint64_t message_version = 1;
constexpr std::uint64_t mark_version = 1;

enum class event_type : std::uint8_t { created = 1, posted = 2, trimmed = 3 };

std::string encode_one(const created& e) {
  return record_writer{1, 2}.number(static_cast<std::uint64_t>(event_type::created)).integer(e.ts.value).take();
}

std::string encode_one(const posted& e) {
  return record_writer{event_version, 8}
      .number(static_cast<std::uint64_t>(event_type::posted))
      .number(e.off.value())
      .integer(e.ts.value)
      .text(e.user.str())
      .text(e.device.str())
      .text(e.cid)
      .number(e.digest)
      .number(e.bytes)
      .take();
}

std::string encode_one(const trimmed& e) {
  return record_writer{event_version, 2}
      .number(static_cast<std::uint64_t>(event_type::trimmed))
      .number(e.floor.value())
      .take();
}

chapters read_history(record_reader& in, offset last) {
  const offset floor{in.number()};
  std::vector<chapter> all;
  while (in.remaining() > 0) {
    chapter c;
    c.first = offset{in.number()};
    c.first_ts = {in.integer()};
    c.last_ts = {in.integer()};
    c.bytes = in.number();
    all.push_back(c);
  }
  chapters history{floor, std::move(all)};
  if (!history.valid(last)) in.refuse("has chapters that do not fit together");
  return history;
}

std::optional<std::uint64_t> plain(const std::optional<offset>& off) {
  return off ? std::optional{off->value()} : std::nullopt;
}

role read_role(record_reader& in) {
  auto value = in.number();
  if (value > static_cast<std::uint64_t>(role::admin)) in.refuse("has a role that does not exist");
  return static_cast<role>(value);
}

}  // namespace

std::string encode(const event& e) {
  return std::visit([](const auto& one) { return encode_one(one); }, e);
}

result<event> decode_event(std::string_view record) {
  record_reader in{record, "room event", event_version};
  event decoded;
  auto type = in.number();
  if (type == static_cast<std::uint64_t>(event_type::created)) {
    decoded = created{{in.integer()}};
  } else if (type == static_cast<std::uint64_t>(event_type::posted)) {
    posted e;
    e.off = offset{in.number()};
    e.ts = {in.integer()};
    e.user = user_id{in.text()};
    e.device = device_id{in.text()};
    e.cid = in.text();
    e.digest = in.number();
    if (in.version() >= 2) e.bytes = in.number();
    decoded = std::move(e);
  } else if (type == static_cast<std::uint64_t>(event_type::trimmed) && in.version() >= 2) {
    decoded = trimmed{offset{in.number()}};
  } else {
    in.refuse("has an unknown type");
  }
  if (auto whole = in.finish(); !whole) return fail(std::move(whole.error()));
  return decoded;
}

std::string encode(const room_state::essence& e) {
  const auto& all = e.history.all();
  record_writer out{snapshot_version, 4 + 4 * all.size()};
  out.integer(e.created.value).number(e.last.value()).integer(e.last_ts.value).number(e.history.floor().value());
  for (const auto& c : all) {
    out.number(c.first.value()).integer(c.first_ts.value).integer(c.last_ts.value).number(c.bytes);
  }
  return out.take();
}

result<room_state::essence> decode_snapshot(std::string_view record) {
  record_reader in{record, "room snapshot", snapshot_version};
  room_state::essence e;
  e.created = {in.integer()};
  e.last = offset{in.number()};
  e.last_ts = {in.integer()};
  if (in.version() >= 2) {
    e.history = read_history(in, e.last);
  } else if (e.last.value() > 0) {
    // One chapter of unknown size: all of it is there, and as old as it says.
    e.history = chapters{offset{1}, {{offset{1}, std::min(e.created, e.last_ts), e.last_ts, 0}}};
  }
  if (auto whole = in.finish(); !whole) return fail(std::move(whole.error()));
  return e;
}

std::string encode(const chat_message& m) {
  return record_writer{message_version, 10}
      .number(m.off.value())
      .integer(m.ts.value)
      .text(m.user.str())
      .text(m.name)
      .number(static_cast<std::uint64_t>(m.from))
      .text(m.text)
      .number_or_nil(plain(m.reply_to))
      .integer_or_nil(m.vt)
      .bytes(m.data)
      .flag(m.gone)
      .take();
}

result<chat_message_ptr> decode_message(const runtime::row& r) {
  record_reader in{r.value, "history row", message_version};
  auto m = std::make_shared<chat_message>();
  m->off = offset{in.number()};
  m->ts = {in.integer()};
  m->user = user_id{in.text()};
  m->name = in.text();
  m->from = read_role(in);
  m->text = in.text();
  if (auto off = in.number_or_nil()) m->reply_to = offset{*off};
  m->vt = in.integer_or_nil();
  m->data = in.bytes();
  m->gone = in.flag();
  auto key = runtime::parse_big_endian_key(r.key);
  if (!key) return fail(std::move(key.error()));
  if (m->off.value() != *key) in.refuse("is not the one of offset " + std::to_string(*key));
  if (auto whole = in.finish(); !whole) return fail(std::move(whole.error()));
  return m;
}

std::string encode(const mark& m) {
  return record_writer{mark_version, 3}.number(m.off.value()).integer(m.ts.value).number(m.digest).take();
}

result<mark> decode_mark(std::string_view record) {
  record_reader in{record, "mark", mark_version};
  mark m;
  m.off = offset{in.number()};
  m.ts = {in.integer()};
  m.digest = in.number();
  if (auto whole = in.finish(); !whole) return fail(std::move(whole.error()));
  return m;
}

runtime::changes to_changes(const accepted& a, std::chrono::milliseconds dedupe_window) {
  runtime::changes what;
  what.events.push_back(encode(event{a.event}));
  what.rows.push_back(
      {runtime::row_table::history, runtime::big_endian_key(a.event.off.value()), encode(*a.message), 0});
  if (!a.event.cid.empty()) {
    what.rows.push_back({runtime::row_table::marks, mark_key(a.event.user, a.event.device, a.event.cid),
                         encode(mark{a.event.off, a.event.ts, a.event.digest}),
                         a.event.ts.value + dedupe_window.count()});
  }
  return what;
}

}  // namespace lightstick::actors::room
