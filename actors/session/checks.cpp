#include "actors/session/checks.hpp"

#include <algorithm>

#include "runtime/base/names.hpp"

namespace lightstick::actors::session {

result<void> check_room(const identity& who, const room_id& room) {
  if (auto named = check_name(room.str(), "room name"); !named) {
    return fail(errc::bad_request, std::move(named.error().detail));
  }
  if (!who.rooms.empty() && std::find(who.rooms.begin(), who.rooms.end(), room.str()) == who.rooms.end()) {
    return fail(errc::forbidden, "the token does not allow this room");
  }
  return {};
}

bool is_member(const identity& who, const room_id& room) {
  return std::ranges::find(who.rooms, room.str()) != who.rooms.end();
}

result<void> check_publish(const publish& p, const options& o) {
  if (p.text.empty() && p.data.empty()) return fail(errc::bad_request, "neither text nor data");
  if (p.text.size() > o.text_bytes_max) {
    return fail(errc::bad_request, "text is longer than " + std::to_string(o.text_bytes_max) + " bytes");
  }
  if (p.data.size() > o.data_bytes_max) {
    return fail(errc::bad_request, "data is longer than " + std::to_string(o.data_bytes_max) + " bytes");
  }
  if (p.cid.size() > cid_bytes_max) {
    return fail(errc::bad_request, "cid is longer than " + std::to_string(cid_bytes_max) + " bytes");
  }
  if (!valid_utf8(p.text) || !valid_utf8(p.cid)) return fail(errc::bad_request, "text or cid is not UTF-8");
  return {};
}

std::int64_t seconds_left(const identity& who, wall_ms now) noexcept {
  return std::max<std::int64_t>(0, (who.expires_ms - now.value) / 1000);
}

}  // namespace lightstick::actors::session
