// The part of room_state that moderators turn.
#include <algorithm>
#include <memory>
#include <utility>

#include "actors/room/room_state.hpp"
#include "runtime/base/names.hpp"

namespace lightstick::actors::room {
namespace {

using decided = result<std::optional<event>>;

constexpr std::int64_t sanction_ms_max = std::int64_t{100} * 365 * 24 * 3600 * 1000;

tl::unexpected<error> wrong(std::string why) { return fail(errc::bad_request, std::move(why)); }

/// `what` and why, and when it ends.
error with_end(errc code, std::string what, const sanction& s, wall_ms now) {
  if (!s.why.empty()) what += (what.empty() ? "" : ": ") + s.why;
  error e{make_error_code(code), std::move(what)};
  if (s.until.value != 0) e.retry_after = std::chrono::milliseconds{s.until.value - now.value};
  return e;
}

}  // namespace

error banned_error(const sanction& s, wall_ms now) { return with_end(errc::forbidden, "banned", s, now); }

result<void> room_state::may_say(const publish& command, wall_ms now) const {
  const auto& ruled = essence_.ruled;
  if (const auto* ban = ruled.banned(command.user, command.device, now)) {
    return tl::unexpected<error>(banned_error(*ban, now));
  }
  if (const auto* mute = ruled.find(sanction_kind::mute, command.user, now)) {
    return tl::unexpected<error>(with_end(errc::muted, "", *mute, now));
  }
  if (ruled.settings().closed && command.as < role::moderator) return fail(errc::forbidden, "the room is closed");
  if (command.as != role::fan) return {};
  const auto& modes = ruled.modes();
  if (modes.members_only && !command.is_member) return fail(errc::forbidden, "members only");
  if (const auto* last = modes.slow_ms > 0 ? speakers_.find(command.user) : nullptr) {
    const auto left = last->ts.value + static_cast<std::int64_t>(modes.slow_ms) - now.value;
    error wait{make_error_code(errc::slow_mode), "slow mode"};
    wait.retry_after = std::chrono::milliseconds{left};
    if (left > 0) return tl::unexpected<error>(std::move(wait));
  }
  return passes_filters(command, now);
}

result<room::reacted> room_state::decide(const react& command, const tally& ahead, wall_ms now) const {
  if (!exists_) return fail(errc::room_not_found, "the room does not exist");
  if (command.user.empty() || command.user.str().size() > name_bytes_max ||
      command.device.str().size() > device_bytes_max) {
    return wrong("user or device is too long");
  }
  auto out = reactions_.look(command, ahead, now);
  if (!out || out->outcome != room::reacted::how::counted) return out;
  if (const auto* ban = essence_.ruled.banned(command.user, command.device, now)) {
    return tl::unexpected<error>(banned_error(*ban, now));
  }
  if (const auto* mute = essence_.ruled.find(sanction_kind::mute, command.user, now)) {
    return tl::unexpected<error>(with_end(errc::muted, "", *mute, now));
  }
  if (command.as == role::fan && reactions_.is_new(command.kind, ahead) && words_.finds(folded(command.kind))) {
    return fail(errc::filtered, "a word");
  }
  return out;
}

void room_state::take_in(const react& command, tally& to, wall_ms now) const {
  const bool shadow = essence_.ruled.find(sanction_kind::shadow, command.user, now) != nullptr;
  reactions_.take_in(command, shadow, to, now);
}

std::uint64_t room_state::remembers_ms() const noexcept {
  return std::max(essence_.ruled.modes().slow_ms, essence_.ruled.filters().repeats_ms);
}

result<void> room_state::passes_filters(const publish& command, wall_ms now) const {
  const auto& filters = essence_.ruled.filters();
  const auto* last = filters.repeats_ms > 0 ? speakers_.find(command.user) : nullptr;
  if (last != nullptr && last->digest == digest_of(command) &&
      last->ts.value + static_cast<std::int64_t>(filters.repeats_ms) > now.value) {
    return fail(errc::filtered, "the same again");
  }
  if (!filters.links && words_.empty()) return {};
  const auto text = folded(command.text);
  if (filters.links && has_link(text)) return fail(errc::filtered, "a link");
  if (words_.finds(text)) return fail(errc::filtered, "a word");
  return {};
}

// ---- what moderators want ----

decided room_state::decide(const moderate& command, std::vector<device_id> devices, wall_ms now) const {
  if (!exists_) return fail(errc::room_not_found, "the room does not exist");
  if (command.why.size() > moderation::why_bytes_max) {
    return wrong("why is longer than " + std::to_string(moderation::why_bytes_max) + " bytes");
  }
  now = std::max(now, essence_.last_ts);
  switch (command.what) {
    case act::mute: return decide_sanction(command, sanction_kind::mute, {}, now);
    case act::unmute: return decide_lift(command, sanction_kind::mute, now);
    case act::ban: return decide_sanction(command, sanction_kind::ban, std::move(devices), now);
    case act::unban: return decide_lift(command, sanction_kind::ban, now);
    case act::shadow: return decide_sanction(command, sanction_kind::shadow, {}, now);
    case act::unshadow: return decide_lift(command, sanction_kind::shadow, now);
    case act::slow:
    case act::members_only:
    case act::pin:
    case act::unpin: return decide_mode(command, now);
    case act::filter:
    case act::withdraw: break;
  }
  return wrong("this is no act of a moderator");
}

decided room_state::decide_sanction(const moderate& command, sanction_kind how, std::vector<device_id> devices,
                                    wall_ms now) const {
  if (command.user.empty()) return wrong("user is missing");
  if (command.ms > static_cast<std::uint64_t>(sanction_ms_max)) return wrong("for_ms is longer than 100 years");
  const auto* before = essence_.ruled.find(how, command.user, now);
  if (before == nullptr && essence_.ruled.count(how, now) >= moderation::sanctions_max) {
    return wrong("at most " + std::to_string(moderation::sanctions_max) + " of a room at once: lift one first");
  }
  sanction s{how, command.user, now, {}, command.by, command.why, std::move(devices)};
  if (before != nullptr) {
    for (const auto& each : before->devices) {
      if (std::ranges::find(s.devices, each) == s.devices.end()) s.devices.push_back(each);
    }
  }
  if (s.devices.size() > moderation::devices_max) s.devices.resize(moderation::devices_max);
  if (command.ms > 0) s.until = {now.value + static_cast<std::int64_t>(command.ms)};
  return event{sanctioned{std::move(s)}};
}

decided room_state::decide_lift(const moderate& command, sanction_kind how, wall_ms now) const {
  if (command.user.empty()) return wrong("user is missing");
  if (essence_.ruled.find(how, command.user, now) == nullptr) return std::nullopt;
  return event{lifted{how, command.user, now, command.by, command.why}};
}

decided room_state::decide_mode(const moderate& command, wall_ms now) const {
  using which = mode_set::which;
  const auto& modes = essence_.ruled.modes();
  mode_set to{which::slow, command.ms, now, command.by, command.why};
  if (command.what == act::slow) {
    if (command.ms > static_cast<std::uint64_t>(moderation::slow_max.count()))
      return wrong("slow mode is at most an hour");
    if (command.ms == modes.slow_ms) return std::nullopt;
  } else if (command.what == act::members_only) {
    to.mode = which::members_only;
    to.value = command.on ? 1 : 0;
    if (command.on == modes.members_only) return std::nullopt;
  } else {
    const bool pins = command.what == act::pin;
    to.mode = pins ? which::pinned : which::unpinned;
    if (!command.off || command.off->value() == 0 || *command.off > essence_.last) return wrong("off names no message");
    to.value = command.off->value();
    if (essence_.ruled.pinned(*command.off) == pins) return std::nullopt;
    if (pins && modes.pins.size() >= moderation::pins_max) {
      return wrong("at most " + std::to_string(moderation::pins_max) + " pins: unpin one first");
    }
  }
  return event{std::move(to)};
}

decided room_state::decide(const set_filter& command, wall_ms now) const {
  if (!exists_) return fail(errc::room_not_found, "the room does not exist");
  return decide_filters(command, now);
}

decided room_state::decide_filters(const set_filter& command, wall_ms now) const {
  if (command.why.size() > moderation::why_bytes_max) {
    return wrong("why is longer than " + std::to_string(moderation::why_bytes_max) + " bytes");
  }
  if (command.repeats_ms.value_or(0) > static_cast<std::uint64_t>(moderation::repeats_max.count())) {
    return wrong("repeats_ms is at most an hour");
  }
  auto to = essence_.ruled.filters();
  for (const auto& word : command.remove) std::erase(to.words, word);
  for (const auto& word : command.add) {
    if (word.size() > moderation::word_bytes_max || folded(word).empty()) {
      return wrong("a word has 1 to " + std::to_string(moderation::word_bytes_max) + " bytes that can be seen");
    }
    if (std::ranges::find(to.words, word) == to.words.end()) to.words.push_back(word);
  }
  if (to.words.size() > moderation::words_max) {
    return wrong("at most " + std::to_string(moderation::words_max) + " words: remove some first");
  }
  to.links = command.links.value_or(to.links);
  to.repeats_ms = command.repeats_ms.value_or(to.repeats_ms);
  if (to == essence_.ruled.filters()) return std::nullopt;
  return event{filters_set{std::move(to), std::max(now, essence_.last_ts), command.by, command.why}};
}

result<std::vector<event>> room_state::decide(const configure& command, wall_ms now) const {
  now = std::max(now, essence_.last_ts);
  std::vector<event> all;
  const auto set = [&](mode_set::which mode, std::uint64_t was, std::uint64_t to) {
    if (to != was) all.emplace_back(mode_set{mode, to, now, command.by, command.why});
  };
  const auto& ruled = essence_.ruled;
  if (command.why.size() > moderation::why_bytes_max) {
    return wrong("why is longer than " + std::to_string(moderation::why_bytes_max) + " bytes");
  }
  if (command.capacity.value_or(0) > moderation::capacity_max) {
    return wrong("capacity is more than " + std::to_string(moderation::capacity_max));
  }
  if (command.slow_ms.value_or(0) > static_cast<std::uint64_t>(moderation::slow_max.count())) {
    return wrong("slow mode is at most an hour");
  }
  if (command.capacity) set(mode_set::which::capacity, ruled.settings().capacity, *command.capacity);
  if (command.closed) set(mode_set::which::closed, ruled.settings().closed ? 1 : 0, *command.closed ? 1 : 0);
  if (command.slow_ms) set(mode_set::which::slow, ruled.modes().slow_ms, *command.slow_ms);
  if (command.members_only) {
    set(mode_set::which::members_only, ruled.modes().members_only ? 1 : 0, *command.members_only ? 1 : 0);
  }
  set_filter filters{command.by, role::admin, {}, {}, command.links, command.repeats_ms, command.why};
  if (command.words) {
    filters.remove = ruled.filters().words;
    filters.add = *command.words;
  }
  auto filtered = decide_filters(filters, now);
  if (!filtered) return fail(std::move(filtered.error()));
  if (*filtered) all.push_back(std::move(**filtered));
  return all;
}

result<tomb_made> room_state::decide_tomb(const moderate& command, tomb_kind how, wall_ms now) const {
  if (!exists_) return fail(errc::room_not_found, "the room does not exist");
  if (command.why.size() > moderation::why_bytes_max) {
    return wrong("why is longer than " + std::to_string(moderation::why_bytes_max) + " bytes");
  }
  const auto& all = essence_.ruled.withdrawals();
  const bool of_user = how != tomb_kind::message;
  if (of_user && std::ranges::find(all, command.user, &withdrawal::user) == all.end() &&
      all.size() >= moderation::withdrawals_max) {
    return fail(errc::overloaded, "too many users' messages are being withdrawn");
  }
  tombed e;
  e.off = essence_.last.next();
  e.ts = std::max(now, essence_.last_ts);
  e.kind = how;
  e.by = command.by;
  e.why = command.why;
  chat_message shown;
  shown.off = e.off;
  shown.ts = e.ts;
  shown.tomb = how;
  if (of_user) {
    e.user = command.user;
    if (how == tomb_kind::user) shown.user = command.user;
  } else {
    e.target = *command.off;
    shown.reply_to = command.off;
  }
  e.bytes = bytes_of(shown);
  return tomb_made{std::move(e), std::make_shared<const chat_message>(std::move(shown))};
}

// ---- what has happened ----

void room_state::apply_one(const tombed& e) {
  took_place(e.off, e.ts, e.bytes);
  if (e.kind == tomb_kind::message) {
    essence_.ruled.unpin(e.target);
  } else {
    essence_.ruled.add(withdrawal{e.user, e.off});
  }
}

void room_state::apply_one(const swept& e) { essence_.ruled.settle(e.what); }

void room_state::apply_one(const sanctioned& e) { essence_.ruled.add(e.what); }

void room_state::apply_one(const lifted& e) { essence_.ruled.lift(e.kind, e.user); }

void room_state::apply_one(const mode_set& e) {
  switch (e.mode) {
    case mode_set::which::slow:
      essence_.ruled.set_slow(e.value);
      if (remembers_ms() == 0) speakers_.clear();
      return;
    case mode_set::which::members_only: return essence_.ruled.set_members_only(e.value != 0);
    case mode_set::which::pinned: return essence_.ruled.pin(offset{e.value});
    case mode_set::which::unpinned: return essence_.ruled.unpin(offset{e.value});
    case mode_set::which::capacity: return essence_.ruled.set_capacity(static_cast<std::uint32_t>(e.value));
    case mode_set::which::closed: return essence_.ruled.set_closed(e.value != 0);
  }
}

void room_state::apply_one(const filters_set& e) {
  essence_.ruled.set_filters(e.to);
  words_ = word_filter{e.to.words};
  if (remembers_ms() == 0) speakers_.clear();
}

bool room_state::forget_author(const user_id& user) {
  const bool named = essence_.ruled.names_author(user);
  if (named) essence_.ruled.forget_author(user);
  return named;
}

}  // namespace lightstick::actors::room
