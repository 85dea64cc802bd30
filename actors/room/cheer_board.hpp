#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "actors/board.hpp"

namespace lightstick::actors::room {

/// Who cheered most, of however many users with `entries_max` counters: Space-Saving (Metwally, Agrawal, El Abbadi:
/// Efficient Computation of Frequent and Top-k Elements in Data Streams, ICDT 2005), weighted. While no more users than
/// counters have cheered, all is exact. Beyond that whoever comes takes the counter of the least, and `err` says how
/// much of it may be another's; it is at most the sum of all cheers divided by `entries_max`, and whoever has more than
/// that is on the board. Pure; part of the durable state: the same additions give the same board, with the same
/// `entries_max`.
class cheer_board {
 public:
  static constexpr std::size_t entries_max = 1'000;

  /// As it is stored.
  struct essence {
    std::vector<board_entry> entries;  ///< the most first
    std::uint64_t unseen = 0;
    static constexpr auto fields = std::tuple(&essence::entries, &essence::unseen);
    friend bool operator==(const essence&, const essence&) = default;
  };

  explicit cheer_board(std::size_t counters = entries_max) : counters_(counters) {}
  [[nodiscard]] essence to_essence() const;
  /// REQUIRES: valid(e).
  void restore(const essence& e);
  [[nodiscard]] static bool valid(const essence& e);

  void add(const user_id& user, const std::string& name, std::uint64_t n);
  /// The user is not on it any more; whether they were.
  bool forget(const user_id& user);
  void clear();

  /// The most first; of the same number by user.
  [[nodiscard]] std::vector<board_entry> top(std::size_t count) const;
  [[nodiscard]] std::size_t size() const noexcept { return by_user_.size(); }
  /// Nobody who is not on it has more.
  [[nodiscard]] std::uint64_t unseen() const noexcept { return unseen_; }
  friend bool operator==(const cheer_board& a, const cheer_board& b) {
    return a.by_user_ == b.by_user_ && a.unseen_ == b.unseen_;
  }

 private:
  struct rank {
    std::uint64_t n = 0;
    user_id user;
    friend bool operator<(const rank& a, const rank& b) { return a.n != b.n ? a.n > b.n : a.user < b.user; }
  };

  std::size_t counters_;
  std::map<user_id, board_entry> by_user_;
  std::set<rank> ranking_;  ///< the most first
  std::uint64_t unseen_ = 0;
};

}  // namespace lightstick::actors::room
