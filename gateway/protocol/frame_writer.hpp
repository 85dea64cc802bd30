#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <type_traits>

#include "actors/fanout.hpp"
#include "actors/session/client_port.hpp"
#include "gateway/wire/msgpack_codec.hpp"

namespace lightstick::gateway::protocol {

/// What was stored was checked when it came in, by limits that the operator may set and change; these keep a reader
/// bounded whatever a record holds, and are no less than the largest of those limits.
inline constexpr wire::bounds stored_data_bounds{.bytes = 65'536, .depth = 32, .items = 65'536};

/// The tree of a message's `data`. Nothing when it has none, or bytes that are not one map: neither encoding shows those.
[[nodiscard]] inline std::optional<wire::value> data_of(const actors::chat_message& m) {
  if (m.data.empty()) return std::nullopt;
  auto v = wire::read_msgpack(m.data, stored_data_bounds);
  if (!v || v->as<wire::map>() == nullptr) return std::nullopt;
  return std::move(*v);
}

/// Writes what frames are made of with either writer. msgpack wants the number of keys first, so every map says it.
template <class Writer>
class frame_writer {
 public:
  explicit frame_writer(Writer& w) : w_(w) {}

  void begin_map(std::size_t size) { w_.begin_map(size); }
  void key(std::string_view name) { w_.key(name); }
  void end_map() { w_.end_map(); }

  template <class Value>
  void field(std::string_view key, const Value& v) {
    w_.key(key);
    if constexpr (std::is_same_v<Value, bool>) {
      w_.boolean(v);
    } else if constexpr (std::is_arithmetic_v<Value>) {
      w_.number(v);
    } else if constexpr (requires { v.str(); }) {
      w_.string(v.str());
    } else if constexpr (requires { v.value(); }) {
      w_.number(v.value());
    } else if constexpr (std::is_same_v<Value, wall_ms>) {
      w_.number(v.value);
    } else if constexpr (std::is_same_v<Value, actors::role>) {
      w_.string(to_string(v));
    } else {
      w_.string(v);
    }
  }

  template <class Range>
  void list(std::string_view key, const Range& elements) {
    w_.key(key);
    w_.begin_array(elements.size());
    for (const auto& element : elements) {
      put(element);
    }
    w_.end_array();
  }

  // ---- parts ----

  void put(const user_id& u) { w_.string(u.str()); }

  void put(const actors::member& m) {
    w_.begin_map(3);
    field("user", m.user);
    field("name", m.name);
    field("role", m.as);
    w_.end_map();
  }

  void put(const actors::user::room_cursor& c) {
    w_.begin_map(2);
    field("room", c.room);
    field("read", c.read);
    w_.end_map();
  }

  void put(const actors::room_status& s) {
    const auto& [slow_ms, members_only, pins] = s.modes;
    w_.begin_map(2 + (slow_ms > 0 ? 1 : 0) + (members_only ? 1 : 0) + (pins.empty() ? 0 : 1) +
                 (s.reactions.empty() ? 0 : 1));
    field("occupancy", s.occupancy);
    field("capacity", s.capacity);
    if (slow_ms > 0) field("slow_ms", slow_ms);
    if (members_only) field("members_only", true);
    if (!pins.empty()) list("pins", pins);
    if (!s.reactions.empty()) {
      w_.key("reactions");
      w_.begin_map(s.reactions.size());
      for (const auto& sum : s.reactions) field(sum.kind, sum.n);
      w_.end_map();
    }
    w_.end_map();
  }

  void put(const actors::board_entry& row) {
    w_.begin_map(row.err > 0 ? 4 : 3);
    field("user", row.user);
    field("name", row.name);
    field("n", row.n);
    if (row.err > 0) field("err", row.err);
    w_.end_map();
  }

  /// Which board it is: one field, or two.
  void put_board(actors::board_of of, wall_ms since) {
    const bool day = of == actors::board_of::day;
    field("of", std::string_view(day ? "day" : "all"));
    if (day) field("since", since);
  }

  void put(const actors::board_delta& d) {
    w_.begin_map((d.of == actors::board_of::day ? 2 : 1) + (d.set.empty() ? 0 : 1) + (d.gone.empty() ? 0 : 1));
    put_board(d.of, d.since);
    if (!d.set.empty()) list("set", d.set);
    if (!d.gone.empty()) list("gone", d.gone);
    w_.end_map();
  }

  void put(const offset& off) { w_.number(off.value()); }

  /// Three fields: where the tomb is, when, and what it withdraws.
  void put_tomb(const actors::chat_message& m) {
    field("off", m.off);
    field("ts", m.ts);
    w_.key("tomb");
    const bool named = m.tomb != actors::tomb_kind::unnamed;
    w_.begin_map(named ? 1 : 0);
    if (m.tomb == actors::tomb_kind::message) field("off", m.reply_to.value_or(offset{}));
    if (m.tomb == actors::tomb_kind::user) field("user", m.user);
    w_.end_map();
  }

  void put(const actors::chat_message_ptr& message) {
    const auto& m = *message;
    if (m.gone) {
      w_.begin_map(2);
      field("off", m.off);
      field("gone", true);
      w_.end_map();
      return;
    }
    if (m.tomb != actors::tomb_kind::none) {
      w_.begin_map(3);
      put_tomb(m);
      w_.end_map();
      return;
    }
    put_said(m, true);
  }

  /// A message that somebody said; without its offset when it has none.
  void put_said(const actors::chat_message& m, bool placed) {
    auto data = data_of(m);
    w_.begin_map((placed ? 6 : 5) + (m.reply_to ? 1 : 0) + (data ? 1 : 0) + (m.vt ? 1 : 0));
    if (placed) field("off", m.off);
    field("ts", m.ts);
    field("user", m.user);
    field("name", m.name);
    field("role", m.from);
    field("text", m.text);
    if (m.reply_to) field("reply_to", *m.reply_to);
    if (data) {
      w_.key("data");
      wire::write(w_, *data);
    }
    if (m.vt) field("vt", *m.vt);
    w_.end_map();
  }

  /// What a client is told: the code and its public name. Only the detail of what people may not do was written for them.
  void put_error(const error& why, std::optional<std::chrono::milliseconds> retry) {
    auto code = actors::protocol_code(why);
    auto message = make_error_code(code).message();
    if (why.code.category() == actors::actors_category() && tells_why(code) && !why.detail.empty())
      message += ": " + why.detail;
    w_.begin_map(retry ? 3 : 2);
    field("code", static_cast<std::uint64_t>(code));
    field("msg", message);
    if (retry) field("retry_ms", std::max<std::int64_t>(retry->count(), 0));
    w_.end_map();
  }

  [[nodiscard]] static bool tells_why(actors::errc code) noexcept {
    return code == actors::errc::bad_request || code == actors::errc::forbidden || code == actors::errc::muted ||
           code == actors::errc::filtered;
  }

  // ---- bodies of answers ----

  void put(const actors::session::join_result& j) {
    if (!j.outcome) {
      w_.begin_map(2);
      field("room", j.room);
      w_.key("err");
      put_error(j.outcome.error(), actors::session::retry_of(j.outcome.error()));
      w_.end_map();
      return;
    }
    const auto& joined = *j.outcome;
    w_.begin_map(joined.seq > 0 ? 9 : 8);
    field("room", j.room);
    field("hist", joined.hist);
    field("off", joined.off);
    field("recovered", joined.recovered);
    field("more", joined.more);
    list("msgs", joined.messages);
    w_.key("state");
    put(joined.status);
    field("read", j.read);
    if (joined.seq > 0) field("seq", joined.seq);
    w_.end_map();
  }

  void put(const actors::session::welcome& a) {
    w_.begin_map(7);
    field("user", a.user);
    field("session", a.session);
    field("name", a.name);
    field("role", a.as);
    field("expires_in_s", a.expires_in_s);
    list("rooms", a.rooms);
    list("mine", a.mine);
    w_.end_map();
  }

  void put(const actors::session::refreshed& a) {
    w_.begin_map(1);
    field("expires_in_s", a.expires_in_s);
    w_.end_map();
  }

  void put(const actors::session::left& a) {
    w_.begin_map(1);
    field("room", a.room);
    w_.end_map();
  }

  void put(const actors::session::published& a) {
    w_.begin_map(3);
    field("off", a.off);
    field("ts", a.ts);
    field("durable", std::string_view(a.echo ? "echo" : "committed"));
    w_.end_map();
  }

  void put(const actors::session::history_page& a) {
    w_.begin_map(3);
    field("room", a.room);
    list("msgs", a.page.messages);
    field("more", a.page.more);
    w_.end_map();
  }

  void put(const actors::session::cursor& a) {
    w_.begin_map(2);
    field("room", a.at.room);
    field("off", a.at.read);
    w_.end_map();
  }

  void put(const actors::session::moderated& a) {
    const bool tomb = a.off.value() > 0;
    w_.begin_map(tomb ? 2 : 1);
    field("room", a.room);
    if (tomb) field("off", a.off);
    w_.end_map();
  }

  void put(const actors::session::reacted& a) {
    const bool again = a.what.outcome == actors::room::reacted::how::again;
    w_.begin_map(again ? 3 : 2);
    field("room", a.room);
    field("seq", a.seq);
    if (again) field("dup", true);
    w_.end_map();
  }
  /// A reaction of which is not known any more whether it was counted, as an error.
  void put_lost(const actors::session::reacted& a) {
    w_.begin_map(3);
    field("code", static_cast<std::uint64_t>(actors::errc::bad_request));
    field("msg", std::string_view("bad request: seq was passed"));
    field("seq", a.what.seq);
    w_.end_map();
  }

  void put(const actors::session::boarded& a) {
    const auto& page = a.page;
    w_.begin_map((page.of == actors::board_of::day ? 4 : 3) + (page.unseen > 0 ? 1 : 0) + (page.watch_ms > 0 ? 1 : 0));
    field("room", a.room);
    put_board(page.of, page.since);
    list("top", page.rows);
    if (page.unseen > 0) field("unseen", page.unseen);
    if (page.watch_ms > 0) field("watch_ms", page.watch_ms);
    w_.end_map();
  }

  void put(const actors::session::typed& a) {
    w_.begin_map(2);
    field("room", a.room);
    field("shown", a.shown);
    w_.end_map();
  }

  void put(const actors::session::present& a) {
    const bool next = a.page && !a.members.next.empty();
    w_.begin_map(2 + (a.page ? 1 : 0) + (next ? 1 : 0));
    field("room", a.room);
    field("count", a.members.count);
    if (a.page) list("members", a.members.page);
    if (next) field("next", a.members.next);
    w_.end_map();
  }

 private:
  Writer& w_;
};

}  // namespace lightstick::gateway::protocol
