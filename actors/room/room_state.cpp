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
      return refuse(errc::bad_request, "this cid was used for something else");
    }
    if (!room_for_mark(now)) return refuse(errc::overloaded, "too many publishes with a cid at once");
  }
  if (command.reply_to && (command.reply_to->value() == 0 || *command.reply_to > essence_.last)) {
    return refuse(errc::bad_request, "reply_to names no message of this room");
  }
  auto off = essence_.last.next();
  auto message =
      std::make_shared<const chat_message>(chat_message{off, now, command.user, command.name, command.as, command.text,
                                                        command.reply_to, command.vt, command.data, false});
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
  if (const auto* made = std::get_if<created>(&e)) {
    exists_ = true;
    essence_.created = made->ts;
    essence_.last_ts = std::max(essence_.last_ts, made->ts);
    return;
  }
  if (const auto* gone = std::get_if<trimmed>(&e)) return essence_.history.trim(gone->floor, essence_.last);
  const auto& said = std::get<posted>(e);
  essence_.last = said.off;
  essence_.last_ts = said.ts;
  essence_.history.add(said.off, said.ts, said.bytes);
  prune(said.ts);
  if (!said.cid.empty()) insert(mark_key(said.user, said.device, said.cid), {said.off, said.ts, said.digest});
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

void room_state::restore(const essence& e) {
  exists_ = true;
  essence_ = e;
}

void room_state::restore_mark(std::string key, mark m) {
  if (!expired(m.ts, essence_.last_ts)) insert(std::move(key), m);
}

result<void> room_state::replay(const event& e) {
  const auto* said = std::get_if<posted>(&e);
  if (const auto* gone = std::get_if<trimmed>(&e)) {
    if (!exists_ || gone->floor <= essence_.history.floor() || gone->floor > essence_.last.next()) {
      return fail(lightstick::errc::corrupt, "floor " + std::to_string(gone->floor.value()) + " follows floor " +
                                                 std::to_string(essence_.history.floor().value()));
    }
  } else if (said == nullptr) {
    if (exists_) return fail(lightstick::errc::corrupt, "the room was created twice");
  } else if (!exists_ || said->off != essence_.last.next() || said->ts < essence_.last_ts) {
    return fail(lightstick::errc::corrupt, "offset " + std::to_string(said->off.value()) + " follows offset " +
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
