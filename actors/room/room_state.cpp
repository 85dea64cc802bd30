#include "actors/room/room_state.hpp"

#include <algorithm>
#include <memory>
#include <type_traits>
#include <utility>

#include "runtime/base/names.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace lightstick::actors::room {
namespace {

void update_number(XXH3_state_t& state, std::uint64_t n) noexcept {
  unsigned char bytes[8];
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<unsigned char>(n >> (8 * i));
  XXH3_64bits_update(&state, bytes, sizeof bytes);
}

void update_string(XXH3_state_t& state, std::string_view s) noexcept {
  update_number(state, s.size());
  XXH3_64bits_update(&state, s.data(), s.size());
}

template <class T>
void update_optional(XXH3_state_t& state, const std::optional<T>& n) noexcept {
  update_number(state, n ? 1 : 0);
  if constexpr (std::is_same_v<T, offset>) {
    update_number(state, n ? n->value() : 0);
  } else {
    update_number(state, n ? static_cast<std::uint64_t>(*n) : 0);
  }
}

void append_prefixed(std::string& out, std::string_view s) {
  out.push_back(static_cast<char>(static_cast<unsigned char>(s.size())));
  out.append(s);
}

verdict refuse(errc code, std::string why) { return error{make_error_code(code), std::move(why)}; }

/// Offset and time of an event that is shown.
std::optional<std::pair<offset, wall_ms>> place_of(const event& e) {
  if (const auto* said = std::get_if<posted>(&e)) return std::pair{said->off, said->ts};
  if (const auto* tomb = std::get_if<tombed>(&e)) return std::pair{tomb->off, tomb->ts};
  return std::nullopt;
}

}  // namespace

std::string mark_key(const user_id& user, const device_id& device, std::string_view cid) {
  std::string key;
  key.reserve(3 + user.str().size() + device.str().size() + cid.size());
  append_prefixed(key, user.str());
  append_prefixed(key, device.str());
  append_prefixed(key, cid);
  return key;
}

std::uint64_t digest_of(const publish& p) noexcept {
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  update_string(state, p.text);
  update_string(state, p.data);
  update_optional(state, p.reply_to);
  update_optional(state, p.vt);
  return XXH3_64bits_digest(&state);
}

std::uint64_t bytes_of(const chat_message& m) noexcept {
  constexpr std::uint64_t always = 32;
  return always + m.user.str().size() + m.name.size() + m.text.size() + m.data.size();
}

created room_state::decide_create(wall_ms now) const { return {now}; }

verdict room_state::decide(const publish& command, wall_ms now) const {
  if (!exists_) return refuse(errc::room_not_found, "the room does not exist");
  if (command.user.str().size() > name_bytes_max || command.device.str().size() > device_bytes_max ||
      command.cid.size() > cid_bytes_max) {
    return refuse(errc::bad_request, "user, device or cid is too long");
  }
  now = std::max(now, essence_.last_ts);
  auto digest = digest_of(command);
  if (!command.cid.empty()) {
    auto known = marks_.find(mark_key(command.user, command.device, command.cid));
    if (known != marks_.end() && !expired(known->second.ts, now)) {
      if (known->second.digest == digest) return repeated{{known->second.off, known->second.ts}};
      return refuse(errc::bad_request, cid_reused);
    }
    if (!room_for_mark(now)) return refuse(errc::overloaded, "too many publishes with a cid at once");
  }
  if (auto may = may_say(command, now); !may) return std::move(may.error());
  if (command.reply_to && (command.reply_to->value() == 0 || *command.reply_to > essence_.last)) {
    return refuse(errc::bad_request, "reply_to names no message of this room");
  }
  const bool shadow = essence_.ruled.find(sanction_kind::shadow, command.user, now) != nullptr;
  auto off = shadow ? offset{} : essence_.last.next();
  auto message =
      std::make_shared<const chat_message>(chat_message{off, now, command.user, command.name, command.as, command.text,
                                                        command.reply_to, command.vt, command.data, false});
  if (shadow) return shadowed{std::move(message)};
  posted said{off, now, command.user, command.device, command.cid, digest, bytes_of(*message)};
  return accepted{std::move(said), std::move(message)};
}

std::optional<trimmed> room_state::decide_trim(wall_ms now) const noexcept {
  auto floor = essence_.history.due(rules_.keep, now, essence_.last);
  return floor ? std::optional(trimmed{*floor}) : std::nullopt;
}

offset room_state::first_shown(wall_ms now, offset floor) const noexcept {
  return std::max(floor, essence_.history.due({rules_.keep.age, 0}, now, essence_.last).value_or(floor));
}

bool room_state::room_for_mark(wall_ms now) const noexcept {
  auto alive = marks_.size();
  for (auto oldest = by_age_.begin(); alive >= rules_.marks_max && oldest != by_age_.end(); ++oldest) {
    if (!expired(oldest->second->second.ts, now)) return false;
    --alive;
  }
  return alive < rules_.marks_max;
}

void room_state::apply(const event& e) {
  std::visit([this](const auto& one) { apply_one(one); }, e);
}

void room_state::apply_one(const created& e) {
  exists_ = true;
  essence_.created = e.ts;
  essence_.last_ts = std::max(essence_.last_ts, e.ts);
}

void room_state::apply_one(const trimmed& e) { essence_.history.trim(e.floor, essence_.last); }

void room_state::took_place(offset off, wall_ms ts, std::uint64_t bytes) {
  essence_.last = off;
  essence_.last_ts = ts;
  essence_.history.add(off, ts, bytes);
  prune(ts);
}

void room_state::apply_one(const posted& e) {
  took_place(e.off, e.ts, e.bytes);
  if (const auto remembers = remembers_ms(); remembers > 0) {
    speakers_.note(e.user, {e.off, e.ts, e.digest});
    speakers_.forget_before({e.ts.value - static_cast<std::int64_t>(remembers)});
  }
  if (!e.cid.empty()) insert(mark_key(e.user, e.device, e.cid), {e.off, e.ts, e.digest});
}

std::vector<std::string> room_state::forget_marks(const user_id& user, offset last) {
  std::string prefix;
  append_prefixed(prefix, user.str());
  std::vector<std::string> out;
  for (auto at = marks_.begin(); at != marks_.end();) {
    if (at->first.starts_with(prefix) && at->second.off <= last) {
      by_age_.erase(at->second.off);
      out.push_back(at->first);
      at = marks_.erase(at);
    } else {
      ++at;
    }
  }
  return out;
}

room_state::essence room_state::to_essence() const {
  auto out = essence_;
  out.reacted = reactions_.to_essence();
  return out;
}

void room_state::restore(const essence& e) {
  exists_ = true;
  essence_ = e;
  essence_.reacted = {};
  reactions_.restore(e.reacted);
  words_ = word_filter{e.ruled.filters().words};
}

void room_state::restore_mark(std::string key, mark m) {
  if (!expired(m.ts, essence_.last_ts)) insert(std::move(key), m);
}

result<void> room_state::replay(const event& e) {
  if (std::holds_alternative<created>(e) == exists_) {
    return fail(lightstick::errc::corrupt, exists_ ? "the room was created twice" : "the room was not created first");
  }
  if (const auto* gone = std::get_if<trimmed>(&e)) {
    if (gone->floor <= essence_.history.floor() || gone->floor > essence_.last.next()) {
      return fail(lightstick::errc::corrupt, "floor " + std::to_string(gone->floor.value()) + " follows floor " +
                                                 std::to_string(essence_.history.floor().value()));
    }
  }
  if (const auto* sums = std::get_if<tallied>(&e); sums != nullptr && !reactions_.fits(*sums)) {
    return fail(lightstick::errc::corrupt, "reactions do not follow those before");
  }
  const auto placed = place_of(e);
  if (placed && (placed->first != essence_.last.next() || placed->second < essence_.last_ts)) {
    return fail(lightstick::errc::corrupt, "offset " + std::to_string(placed->first.value()) + " follows offset " +
                                               std::to_string(essence_.last.value()));
  }
  apply(e);
  return {};
}

void room_state::insert(std::string key, mark m) {
  auto [at, fresh] = marks_.try_emplace(std::move(key), m);
  if (!fresh) {
    if (at->second.off >= m.off) return;
    by_age_.erase(at->second.off);
    at->second = m;
  }
  by_age_.emplace_hint(by_age_.end(), m.off, &*at);  // nearly always the newest
}

void room_state::prune(wall_ms now) {
  while (!by_age_.empty()) {
    auto oldest = by_age_.begin();
    const auto& [key, m] = *oldest->second;
    if (!expired(m.ts, now)) return;
    marks_.erase(marks_.find(key));
    by_age_.erase(oldest);
  }
}

}  // namespace lightstick::actors::room
