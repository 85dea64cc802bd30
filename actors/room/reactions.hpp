#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "actors/room/cheer_board.hpp"
#include "actors/room/messages.hpp"
#include "actors/room/reaction_marks.hpp"

/// What is known of a room's reactions: sums, who cheered most, and what was counted. Pure.
namespace lightstick::actors::room {

/// How much one user cheered in one tally.
struct cheered {
  user_id user;
  std::string name;
  std::uint64_t n = 0;
  static constexpr auto fields = std::tuple(&cheered::user, &cheered::name, &cheered::n);
  friend bool operator==(const cheered&, const cheered&) = default;
};

/// All that was counted in a tick. Journalled together with the rows of the marks that changed.
struct tallied {
  std::int64_t day = 0;              ///< since 1970, UTC; it does not go back
  std::vector<reaction_sum> kinds;   ///< what is added
  std::vector<cheered> users;
  std::vector<bucket_floor> floors;  ///< of those whose marks had to make place
  static constexpr auto fields = std::tuple(&tallied::day, &tallied::kinds, &tallied::users, &tallied::floors);
  friend bool operator==(const tallied&, const tallied&) = default;
};

/// What is gathered until the next tick: not durable, and nothing of it is answered yet.
struct tally {
  std::map<user_id, user_marks> marks;  ///< as they will be
  std::vector<reaction_sum> kinds;
  std::map<user_id, cheered> users;
  std::uint32_t reactions = 0;
  [[nodiscard]] bool empty() const noexcept { return reactions == 0; }
};

/// The durable part of a room's reactions, its marks included: these are rows, all else is in the snapshot.
/// Bounds: `kinds_max` kinds of a room, one more is bad_request; `marks_max` users, of whom those who have not reacted
/// for the longest time are forgotten: of them, numbers up to what `forgotten_floors` has are not counted again.
class reactions {
 public:
  static constexpr std::size_t kinds_max = 16;
  static constexpr std::int64_t day_ms = std::int64_t{24} * 3600 * 1000;
  static constexpr std::uint64_t ahead_us = std::uint64_t{24} * 3600 * 1'000'000;

  /// As a snapshot has it.
  struct essence {
    std::vector<reaction_sum> sums;
    std::int64_t day = 0;
    cheer_board::essence today;
    cheer_board::essence ever;
    std::vector<bucket_floor> floors;
    static constexpr auto fields =
        std::tuple(&essence::sums, &essence::day, &essence::today, &essence::ever, &essence::floors);
    friend bool operator==(const essence&, const essence&) = default;
  };

  explicit reactions(std::uint32_t marks_max = 32'768, std::size_t counters = cheer_board::entries_max)
      : marks_max_(marks_max), today_(counters), ever_(counters) {}

  [[nodiscard]] essence to_essence() const;
  [[nodiscard]] static bool valid(const essence& e);
  /// REQUIRES: valid(e).
  void restore(const essence& e);
  void restore(const user_id& user, user_marks m) { marks_.set(user, std::move(m)); }
  [[nodiscard]] bool empty() const { return sums_.empty() && floors_.empty() && day_ == 0; }

  /// What is to become of it; what it goes on above when it is lost. Errors: bad_request.
  /// `ahead`: what was taken in since the last `close`.
  [[nodiscard]] result<reacted> look(const react& r, const tally& ahead, wall_ms now) const;
  /// Whether it would be another kind than those that there are.
  [[nodiscard]] bool is_new(std::string_view name, const tally& ahead) const noexcept;
  /// REQUIRES: `look` said `counted`. `hidden`: it is marked and adds nothing.
  void take_in(const react& r, bool hidden, tally& to, wall_ms now) const;

  struct closed {
    tallied event;
    std::vector<std::pair<user_id, user_marks>> set;
    std::vector<user_id> gone;  ///< whose marks go
  };
  /// Everything that a tally comes to; the marks are as it says from here on, `apply` does the rest.
  [[nodiscard]] closed close(tally t, wall_ms now);
  /// REQUIRES: fits(e).
  void apply(const tallied& e);
  /// Whether what was read can follow.
  [[nodiscard]] bool fits(const tallied& e) const;

  /// Nothing names the user any more: the boards do not, and marks go, whether there were any; that they were counted
  /// stays known. The first is whether anything has changed.
  std::pair<bool, bool> forget(const user_id& user);

  [[nodiscard]] const std::vector<reaction_sum>& sums() const noexcept { return sums_; }
  [[nodiscard]] std::int64_t day() const noexcept { return day_; }
  [[nodiscard]] const cheer_board& today() const noexcept { return today_; }
  [[nodiscard]] const cheer_board& ever() const noexcept { return ever_; }
  [[nodiscard]] std::size_t marks() const noexcept { return marks_.size(); }
  /// What a device goes on above.
  [[nodiscard]] std::uint64_t base(const user_id& user, const device_id& device, const tally& ahead) const;
  [[nodiscard]] std::int64_t day_of(wall_ms now) const noexcept;
  friend bool operator==(const reactions& a, const reactions& b) {
    return a.sums_ == b.sums_ && a.day_ == b.day_ && a.today_ == b.today_ && a.ever_ == b.ever_ &&
           a.floors_ == b.floors_ && a.marks_ == b.marks_;
  }

 private:
  [[nodiscard]] user_marks marks_of(const user_id& user, const tally& ahead) const;

  std::uint32_t marks_max_;
  std::vector<reaction_sum> sums_;
  std::int64_t day_ = 0;
  cheer_board today_;
  cheer_board ever_;
  forgotten_floors floors_;
  reaction_marks marks_;
};

}  // namespace lightstick::actors::room
