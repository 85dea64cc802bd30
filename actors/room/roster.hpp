#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/room/messages.hpp"

namespace lightstick::actors::room {

/// Who is in a room. Volatile: it is told again after a restart. Not thread-safe; the caller brings the time.
///
/// Capacity counts sessions, those that dropped and hold their place included. A user is there once, with however
/// many sessions. The same user and device coming back takes over a place that it still holds.
/// Every call is logarithmic in the number of users; a page of members costs its own length.
class roster {
 public:
  explicit roster(std::uint32_t capacity) : capacity_(capacity) {}

  struct admission {
    bool fresh = false;              ///< the session was not here before
    bool counted = false;            ///< `count` has changed
    std::optional<member> appeared;  ///< the user was not here before
  };
  /// Whoever is here stays, though they be more.
  void set_capacity(std::uint32_t sessions) noexcept { capacity_ = sessions; }
  /// The same session again only refreshes name and role. Errors: room_full.
  [[nodiscard]] result<admission> admit(const join& j);

  struct departure {
    bool counted = false;               ///< `count` has changed
    std::optional<user_id> disappeared; ///< it was the user's last session
  };
  departure leave(const session_id& session);
  /// The session dropped: its place is kept until `until`, unless its device is here with another session already.
  departure drop(const session_id& session, steady_time until);

  /// Ends the places held until `now`; who disappeared, and whether `count` has changed.
  std::pair<std::vector<user_id>, bool> expire(steady_time now);
  [[nodiscard]] std::optional<steady_time> next_expiry() const;

  [[nodiscard]] bool contains(const session_id& session) const { return places_.contains(session); }
  [[nodiscard]] std::uint32_t count() const noexcept { return static_cast<std::uint32_t>(places_.size()); }
  [[nodiscard]] std::size_t users() const noexcept { return people_.size(); }
  [[nodiscard]] std::size_t held() const noexcept { return held_.size(); }

  /// What the user is here as; none when not here.
  [[nodiscard]] std::optional<role> role_of(const user_id& user) const;
  /// Those that the user is here with, each once.
  [[nodiscard]] std::vector<device_id> devices_of(const user_id& user) const;

  /// Sessions of the user, and those with one of the devices, whoever has them; held places as well.
  [[nodiscard]] std::vector<session_id> sessions_of(const user_id& user, const std::vector<device_id>& devices) const;

  /// Users by id, those after `after`, at most `limit`.
  [[nodiscard]] members list(const std::string& after, std::uint32_t limit) const;

 private:
  struct person {
    std::string name;
    role as = role::fan;
    std::vector<session_id> sessions;  ///< never empty
  };
  using people = std::map<user_id, person>;
  struct place {
    people::iterator owner;
    device_id device;
    std::optional<steady_time> held_until;
  };
  using places = std::unordered_map<session_id, place>;

  /// Another place of the same user and device, `held` or live.
  [[nodiscard]] places::iterator twin(const person& who, const session_id& self, const device_id& device, bool held);
  std::optional<user_id> remove(places::iterator at);

  std::uint32_t capacity_;
  people people_;
  places places_;
  std::set<std::pair<steady_time, session_id>> held_;
};

}  // namespace lightstick::actors::room
