#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/ledger.hpp"
#include "tests/support/node.hpp"

namespace lightstick::test {

/// Somebody who comes and goes as the dice say, and does what is allowed, what is refused and what is no protocol at all:
/// publishes (and repeats), reads, moderates, stops reading, breaks off, sends bytes that are wrong at every layer.
/// `live` runs on a thread of its own; the rest is read afterwards.
class visitor {
 public:
  /// `where` and `rooms` outlive it. Its user is "u<number % users>" on a device of its own; those of `role` moderator or
  /// admin also moderate these users.
  visitor(const node& where, const std::vector<std::string>& rooms, int number, int users, std::string role,
          std::uint64_t seed, milliseconds pause = milliseconds{0});

  /// Visits until then. What had no answer is asked again in later visits, so that it is there once or not at all.
  void live(steady::time_point end);

  [[nodiscard]] const std::vector<remark>& said() const noexcept { return said_; }
  /// What it has asked to withdraw, whatever the answer: a room with an offset, or with a user.
  [[nodiscard]] const std::set<std::pair<std::string, std::uint64_t>>& withdrawn() const noexcept { return withdrawn_; }
  [[nodiscard]] const std::set<std::pair<std::string, std::string>>& silenced() const noexcept { return silenced_; }
  /// What it met, counted: "ok", "err 111", "close 4003", "refused 503", "wrong: ...".
  [[nodiscard]] const std::map<std::string, std::uint64_t>& met() const noexcept { return met_; }
  [[nodiscard]] const std::string& user() const noexcept { return user_; }

 private:
  struct asked {
    std::uint64_t id;
    std::size_t remark;  ///< a place in `said_`, or none
  };
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  void visit();
  void knock();
  void stay(ws_client& client);
  void step(ws_client& client);
  void speak(ws_client& client, std::size_t which);
  void babble(ws_client& client);
  void send(ws_client& client, value::map frame, std::size_t which = none);
  void take_answers(ws_client& client, bool wait);
  void meet(const std::string& what) { ++met_[what]; }
  value::map request();
  value::map act();
  [[nodiscard]] bool chance(int percent) { return roll(100) < static_cast<std::uint64_t>(percent); }
  [[nodiscard]] std::uint64_t roll(std::uint64_t sides) { return random_() % sides; }
  [[nodiscard]] const std::string& any_room() { return rooms_[roll(rooms_.size())]; }

  const node& where_;
  const std::vector<std::string>& rooms_;
  const int users_;
  const std::string user_;
  const std::string device_;
  const std::string role_;
  std::mt19937_64 random_;
  const milliseconds pause_;  ///< between two steps
  encoding encoding_ = encoding::json;
  std::vector<remark> said_;
  std::vector<std::size_t> open_;  ///< of `said_`: without an answer
  std::vector<asked> asked_;  ///< on this connection
  std::map<std::string, std::string> hist_;
  std::map<std::string, std::uint64_t> newest_;
  std::set<std::pair<std::string, std::uint64_t>> withdrawn_;
  std::set<std::pair<std::string, std::string>> silenced_;
  std::map<std::string, std::uint64_t> met_;
};

}  // namespace lightstick::test
