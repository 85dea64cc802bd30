#include "actors/room/room_codec.hpp"

#include <algorithm>
#include <memory>

#include "runtime/fields_codec.hpp"
#include "runtime/record_codec.hpp"

namespace lightstick::actors::room {
namespace {

using runtime::record_reader;
using runtime::record_writer;

// What has not changed is still written in the version that it came with.
constexpr std::uint64_t created_version = 1;
constexpr std::uint64_t posted_version = 2;
constexpr std::uint64_t event_version = 3;
constexpr std::uint64_t filters_version = 4;
constexpr std::uint64_t settings_version = 5;
constexpr std::uint64_t tallied_version = 6;
constexpr std::uint64_t snapshot_version = 6;
constexpr std::uint64_t settings_snapshot_version = 5;  // of a room without reactions
constexpr std::uint64_t plain_snapshot_version = 2;  // of a room without moderation
constexpr std::uint64_t message_version = 1;
constexpr std::uint64_t tomb_version = 2;
constexpr std::uint64_t mark_version = 1;

enum class event_type : std::uint8_t {
  created = 1,
  posted = 2,
  trimmed = 3,
  tombed = 4,
  swept = 5,
  sanctioned = 6,
  lifted = 7,
  mode_set = 8,
  filters_set = 9,
  tallied = 10,
};

/// Moderation as it was before there were filters.
struct moderation_3 {
  std::vector<withdrawal> withdrawals;
  std::vector<sanction> sanctions;
  room_modes modes;
  static constexpr auto fields = std::tuple(&moderation_3::withdrawals, &moderation_3::sanctions, &moderation_3::modes);
};

/// And before services set up rooms.
struct moderation_4 {
  std::vector<withdrawal> withdrawals;
  std::vector<sanction> sanctions;
  room_modes modes;
  filter_rules filters;
  static constexpr auto fields =
      std::tuple(&moderation_4::withdrawals, &moderation_4::sanctions, &moderation_4::modes, &moderation_4::filters);
};

std::uint64_t number_of(event_type t) { return static_cast<std::uint64_t>(t); }

std::string encode_one(const tombed& e) {
  return runtime::encode_fields_as(number_of(event_type::tombed), e, event_version);
}
std::string encode_one(const swept& e) {
  return runtime::encode_fields_as(number_of(event_type::swept), e, event_version);
}
std::string encode_one(const sanctioned& e) {
  return runtime::encode_fields_as(number_of(event_type::sanctioned), e, event_version);
}
std::string encode_one(const lifted& e) {
  return runtime::encode_fields_as(number_of(event_type::lifted), e, event_version);
}
std::string encode_one(const mode_set& e) {
  const auto version = e.mode > mode_set::which::unpinned ? settings_version : event_version;
  return runtime::encode_fields_as(number_of(event_type::mode_set), e, version);
}
std::string encode_one(const filters_set& e) {
  return runtime::encode_fields_as(number_of(event_type::filters_set), e, filters_version);
}

std::string encode_one(const tallied& e) {
  return runtime::encode_fields_as(number_of(event_type::tallied), e, tallied_version);
}

std::string encode_one(const created& e) {
  return record_writer{created_version, 2}.number(number_of(event_type::created)).integer(e.ts.value).take();
}

std::string encode_one(const posted& e) {
  return record_writer{posted_version, 8}
      .number(number_of(event_type::posted))
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
  return record_writer{posted_version, 2}.number(number_of(event_type::trimmed)).number(e.floor.value()).take();
}

chapters read_history(record_reader& in, offset last) {
  const offset floor{in.number()};
  std::vector<chapter> all;
  const bool counted = in.version() > plain_snapshot_version;
  for (auto left = counted ? in.number() : chapters::count_max + 1; left > 0 && in.remaining() > 0; --left) {
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

moderation read_moderation(record_reader& in) {
  moderation::essence read;
  if (in.version() < filters_version) {
    auto older = runtime::read_fields<moderation_3>(in);
    read = {std::move(older.withdrawals), std::move(older.sanctions), std::move(older.modes)};
  } else if (in.version() < settings_version) {
    auto older = runtime::read_fields<moderation_4>(in);
    read = {std::move(older.withdrawals), std::move(older.sanctions), std::move(older.modes), std::move(older.filters)};
  } else {
    read = runtime::read_fields<moderation::essence>(in);
  }
  moderation ruled{std::move(read)};
  if (!ruled.valid()) in.refuse("has a moderation that cannot be");
  return ruled;
}

/// What is new with version 3 and told apart by `type`.
std::optional<event> read_moderated(std::uint64_t type, record_reader& in) {
  switch (static_cast<event_type>(type)) {
    case event_type::tombed: {
      auto e = runtime::read_fields<tombed>(in);
      if (e.kind == tomb_kind::none || e.kind > tomb_kind::unnamed) in.refuse("has a tomb of no kind");
      return e;
    }
    case event_type::swept: return runtime::read_fields<swept>(in);
    case event_type::sanctioned: {
      auto e = runtime::read_fields<sanctioned>(in);
      if (e.what.kind > sanction_kind::shadow) in.refuse("has a sanction of no kind");
      return e;
    }
    case event_type::lifted: {
      auto e = runtime::read_fields<lifted>(in);
      if (e.kind > sanction_kind::shadow) in.refuse("has a sanction of no kind");
      return e;
    }
    case event_type::mode_set: {
      auto e = runtime::read_fields<mode_set>(in);
      const auto last = in.version() < settings_version ? mode_set::which::unpinned : mode_set::which::closed;
      if (e.mode > last) in.refuse("has a mode that does not exist");
      if (e.mode == mode_set::which::capacity && e.value > moderation::capacity_max) in.refuse("has no such capacity");
      return e;
    }
    case event_type::filters_set: {
      auto e = runtime::read_fields<filters_set>(in);
      if (in.version() < filters_version || e.to.words.size() > moderation::words_max) in.refuse("has no such filters");
      return e;
    }
    case event_type::tallied: {
      auto e = runtime::read_fields<tallied>(in);
      if (in.version() < tallied_version) in.refuse("has no such reactions");
      return e;
    }
    default: return std::nullopt;
  }
}

std::optional<std::uint64_t> plain(const std::optional<offset>& off) {
  return off ? std::optional{off->value()} : std::nullopt;
}

role read_role(record_reader& in) {
  auto value = in.number();
  if (value > static_cast<std::uint64_t>(role::admin)) in.refuse("has a role that does not exist");
  return static_cast<role>(value);
}

void read_tomb(record_reader& in, chat_message& m) {
  const auto kind = in.number();
  if (kind == 0 || kind > static_cast<std::uint64_t>(tomb_kind::unnamed)) in.refuse("has a tomb of no kind");
  m.tomb = static_cast<tomb_kind>(kind);
  if (auto off = in.number_or_nil()) m.reply_to = offset{*off};
  m.user = user_id{in.text()};
}

/// What was read, when all of it was right and it is under its own key.
result<chat_message_ptr> checked(record_reader& in, const runtime::row& r, std::shared_ptr<const chat_message> m) {
  auto key = runtime::parse_big_endian_key(r.key);
  if (!key) return fail(std::move(key.error()));
  if (m->off.value() != *key) in.refuse("is not the one of offset " + std::to_string(*key));
  if (auto whole = in.finish(); !whole) return fail(std::move(whole.error()));
  return m;
}

}  // namespace

std::string encode(const event& e) {
  return std::visit([](const auto& one) { return encode_one(one); }, e);
}

result<event> decode_event(std::string_view record) {
  record_reader in{record, "room event", tallied_version};
  event decoded;
  auto type = in.number();
  if (type == number_of(event_type::created)) {
    decoded = created{{in.integer()}};
  } else if (type == number_of(event_type::posted)) {
    posted e;
    e.off = offset{in.number()};
    e.ts = {in.integer()};
    e.user = user_id{in.text()};
    e.device = device_id{in.text()};
    e.cid = in.text();
    e.digest = in.number();
    if (in.version() >= 2) e.bytes = in.number();
    decoded = std::move(e);
  } else if (type == number_of(event_type::trimmed) && in.version() >= 2) {
    decoded = trimmed{offset{in.number()}};
  } else if (auto ruled = in.version() >= 3 ? read_moderated(type, in) : std::nullopt) {
    decoded = std::move(*ruled);
  } else {
    in.refuse("has an unknown type");
  }
  if (auto whole = in.finish(); !whole) return fail(std::move(whole.error()));
  return decoded;
}

std::string encode(const room_state::essence& e) {
  const auto& all = e.history.all();
  const auto& ruled = e.ruled.to_essence();
  const bool reacted = e.reacted != reactions::essence{};
  const bool plain = e.ruled.empty() && !reacted;
  const auto version = reacted ? snapshot_version : settings_snapshot_version;
  record_writer out{
      plain ? plain_snapshot_version : version,
      4 + 4 * all.size() + (plain ? 0 : 1 + runtime::fields_of(ruled)) + (reacted ? runtime::fields_of(e.reacted) : 0)};
  out.integer(e.created.value).number(e.last.value()).integer(e.last_ts.value).number(e.history.floor().value());
  if (!plain) out.number(all.size());
  for (const auto& c : all) {
    out.number(c.first.value()).integer(c.first_ts.value).integer(c.last_ts.value).number(c.bytes);
  }
  if (!plain) runtime::write_fields(out, ruled);
  if (reacted) runtime::write_fields(out, e.reacted);
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
    if (in.version() > plain_snapshot_version) e.ruled = read_moderation(in);
    if (in.version() > settings_snapshot_version) e.reacted = runtime::read_fields<reactions::essence>(in);
    if (!reactions::valid(e.reacted)) in.refuse("has reactions that cannot be");
  } else if (e.last.value() > 0) {
    // One chapter of unknown size: all of it is there, and as old as it says.
    e.history = chapters{offset{1}, {{offset{1}, std::min(e.created, e.last_ts), e.last_ts, 0}}};
  }
  if (auto whole = in.finish(); !whole) return fail(std::move(whole.error()));
  return e;
}

std::string encode(const chat_message& m) {
  if (m.tomb != tomb_kind::none) {
    return record_writer{tomb_version, 5}
        .number(m.off.value())
        .integer(m.ts.value)
        .number(static_cast<std::uint64_t>(m.tomb))
        .number_or_nil(plain(m.reply_to))
        .text(m.user.str())
        .take();
  }
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
  record_reader in{r.value, "history row", tomb_version};
  auto m = std::make_shared<chat_message>();
  m->off = offset{in.number()};
  m->ts = {in.integer()};
  if (in.version() == tomb_version) {
    read_tomb(in, *m);
    return checked(in, r, std::move(m));
  }
  m->user = user_id{in.text()};
  m->name = in.text();
  m->from = read_role(in);
  m->text = in.text();
  if (auto off = in.number_or_nil()) m->reply_to = offset{*off};
  m->vt = in.integer_or_nil();
  m->data = in.bytes();
  m->gone = in.flag();
  return checked(in, r, std::move(m));
}

std::string encode(const mark& m) {
  return record_writer{mark_version, 3}.number(m.off.value()).integer(m.ts.value).number(m.digest).take();
}

std::string encode(const user_marks& m) { return runtime::encode_fields(m); }

result<mark> decode_mark(std::string_view record) {
  record_reader in{record, "mark", mark_version};
  mark m;
  m.off = offset{in.number()};
  m.ts = {in.integer()};
  m.digest = in.number();
  if (auto whole = in.finish(); !whole) return fail(std::move(whole.error()));
  return m;
}

result<user_marks> decode_reaction_marks(std::string_view record) {
  auto m = runtime::decode_fields<user_marks>(record, "reaction marks");
  if (m && !m->valid()) return fail(lightstick::errc::corrupt, "reaction marks that cannot be");
  return m;
}

runtime::changes to_changes(const reactions::closed& c) {
  runtime::changes what;
  what.events.push_back(encode(event{c.event}));
  for (const auto& [user, m] : c.set) {
    what.rows.push_back({runtime::row_table::marks, reaction_key(user), encode(m), 0});
  }
  for (const auto& user : c.gone) what.rows.push_back({runtime::row_table::marks, reaction_key(user), std::nullopt, 0});
  return what;
}

void add_tomb(const tomb_made& t, runtime::changes& what) {
  what.events.push_back(encode(event{t.event}));
  what.rows.push_back(
      {runtime::row_table::history, runtime::big_endian_key(t.event.off.value()), encode(*t.message), 0});
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
