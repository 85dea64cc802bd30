#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "actors/chat_message.hpp"

/// What moderators have laid down in a room. Pure.
namespace lightstick::actors::room {

enum class sanction_kind : std::uint8_t {
  mute = 0,    ///< may not say anything
  ban = 1,     ///< may not be here
  shadow = 2,  ///< nobody else sees what is said
};

/// What a user may not do, who wanted it so, and why.
struct sanction {
  sanction_kind kind = sanction_kind::mute;
  user_id user;
  wall_ms ts{};
  wall_ms until{};  ///< 0: for ever
  user_id by;
  std::string why;
  std::vector<device_id> devices;  ///< of a ban: these may not be here either, whoever has them
  static constexpr auto fields = std::tuple(&sanction::kind, &sanction::user, &sanction::ts, &sanction::until,
                                            &sanction::by, &sanction::why, &sanction::devices);
  [[nodiscard]] bool ended(wall_ms now) const noexcept { return until.value != 0 && until <= now; }
  friend bool operator==(const sanction&, const sanction&) = default;
};

/// All that the user has said before that offset is withdrawn, whether the rows know it already or not.
struct withdrawal {
  user_id user;
  offset before;
  static constexpr auto fields = std::tuple(&withdrawal::user, &withdrawal::before);
  [[nodiscard]] bool covers(const chat_message& m) const noexcept {
    return m.tomb == tomb_kind::none && m.off < before && m.user == user;
  }
  friend bool operator==(const withdrawal&, const withdrawal&) = default;
};

/// What is refused of fans.
struct filter_rules {
  std::vector<std::string> words;  ///< as they were given, each once
  bool links = false;
  std::uint64_t repeats_ms = 0;
  static constexpr auto fields = std::tuple(&filter_rules::words, &filter_rules::links, &filter_rules::repeats_ms);
  friend bool operator==(const filter_rules&, const filter_rules&) = default;
};

/// What a service has set up for one room; the rest is as for all rooms of the node.
struct room_settings {
  std::uint32_t capacity = 0;  ///< sessions; 0: as all rooms
  bool closed = false;  ///< only moderators and admins come in or say anything
  static constexpr auto fields = std::tuple(&room_settings::capacity, &room_settings::closed);
  friend bool operator==(const room_settings&, const room_settings&) = default;
};

/// The durable part of a room's moderation. Not thread-safe.
/// Invariants: at most one sanction of a kind and one withdrawal for a user.
/// Bounds: `sanctions_max` of a kind, `pins_max`, `words_max`, `withdrawals_max` that are not in all rows yet; who decides keeps
/// them, with an error at the limit. What has ended makes place.
class moderation {
 public:
  static constexpr std::size_t sanctions_max = 1'000;
  static constexpr std::size_t pins_max = 10;
  static constexpr std::size_t withdrawals_max = 64;
  static constexpr std::size_t devices_max = 8;
  static constexpr std::size_t words_max = 500;
  static constexpr std::size_t word_bytes_max = 64;
  static constexpr std::size_t why_bytes_max = 256;
  static constexpr std::chrono::milliseconds slow_max{std::chrono::hours{1}};
  static constexpr std::chrono::milliseconds repeats_max{std::chrono::hours{1}};
  static constexpr std::uint32_t capacity_max = 1'000'000;

  /// As it is stored.
  struct essence {
    std::vector<withdrawal> withdrawals;
    std::vector<sanction> sanctions;
    room_modes modes;
    filter_rules filters{};
    room_settings settings{};
    static constexpr auto fields =
        std::tuple(&essence::withdrawals, &essence::sanctions, &essence::modes, &essence::filters, &essence::settings);
    friend bool operator==(const essence&, const essence&) = default;
  };

  moderation() = default;
  explicit moderation(essence e) : of_(std::move(e)) {}
  [[nodiscard]] const essence& to_essence() const noexcept { return of_; }
  [[nodiscard]] bool empty() const noexcept { return of_ == essence{}; }
  /// Whether it keeps invariants and bounds.
  [[nodiscard]] bool valid() const;

  [[nodiscard]] const filter_rules& filters() const noexcept { return of_.filters; }
  [[nodiscard]] const room_modes& modes() const noexcept { return of_.modes; }
  [[nodiscard]] const room_settings& settings() const noexcept { return of_.settings; }
  [[nodiscard]] const std::vector<withdrawal>& withdrawals() const noexcept { return of_.withdrawals; }
  [[nodiscard]] std::size_t sanctions() const noexcept { return of_.sanctions.size(); }
  /// Null when there is none, or it has ended.
  [[nodiscard]] const sanction* find(sanction_kind how, const user_id& user, wall_ms now) const noexcept;
  /// A ban of the user, or of the device.
  [[nodiscard]] const sanction* banned(const user_id& user, const device_id& device, wall_ms now) const noexcept;
  [[nodiscard]] std::size_t count(sanction_kind how, wall_ms now) const noexcept;
  [[nodiscard]] bool pinned(offset off) const noexcept;

  /// In the place of one of the same kind and user; those that have ended by its time go.
  void add(sanction s);
  void lift(sanction_kind how, const user_id& user);
  void add(const withdrawal& w);
  /// Every row knows of it.
  void settle(const withdrawal& w);
  void set_slow(std::uint64_t ms) noexcept { of_.modes.slow_ms = ms; }
  void set_members_only(bool on) noexcept { of_.modes.members_only = on; }
  void set_filters(filter_rules f) { of_.filters = std::move(f); }
  void set_capacity(std::uint32_t sessions) noexcept { of_.settings.capacity = sessions; }
  void set_closed(bool on) noexcept { of_.settings.closed = on; }
  void pin(offset off);
  void unpin(offset off);
  /// Sanctions do not say any more that this user laid them down.
  void forget_author(const user_id& user);
  [[nodiscard]] bool names_author(const user_id& user) const noexcept;

  friend bool operator==(const moderation&, const moderation&) = default;

 private:
  essence of_;
};

}  // namespace lightstick::actors::room
