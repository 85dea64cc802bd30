#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "actors/room/chapters.hpp"
#include "actors/room/messages.hpp"
#include "tests/sim/clock.hpp"
#include "tests/sim/run.hpp"

namespace lightstick::sim {

/// What one room may show. It is told what people tried to say and what they were told, and checks all that is seen of
/// the room. Every check throws `violation` with the room's name.
///
/// What was seen by anybody is committed: it never moves, or comes twice, and goes only when it is too old or too much, from
/// the beginning, or when it is withdrawn: by a moderator, or with its user. What has gone never comes again. What was refused, and not by an error that
/// leaves the outcome open, is never seen. A text is told from others by its first line.
class room_model {
 public:
  /// What was known when something was asked: the answer must not know less.
  struct moment {
    std::uint64_t floor = 0;  ///< everything up to here was seen, or said to be there
    std::uint64_t begins = 1;  ///< what is before is gone
    std::uint64_t erasures = 0;  ///< so many lines had been seen to be withdrawn, or were promised to be
    wall_ms at{};
  };

  /// REQUIRES: the clock outlives it. `text_bytes_max`: of what people say.
  room_model(std::string name, const virtual_clock& clock, actors::room::retention keep, std::size_t text_bytes_max)
      : name_(std::move(name)), clock_(clock), keep_(keep), message_bytes_max_(text_bytes_max + 64) {}

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] std::uint64_t floor() const noexcept { return floor_; }
  [[nodiscard]] std::uint64_t begins() const noexcept { return begins_; }
  [[nodiscard]] moment now() const { return {floor_, begins_, erasures_, clock_.wall()}; }

  /// A new text, that nobody says again but who said it.
  void attempts(const std::string& text, const std::string& user);
  /// Its publish was answered.
  void acknowledged(const std::string& text, std::uint64_t at);
  /// All its publishes were refused, so that it did not happen, and nobody tries again.
  void did_not_happen(const std::string& text);

  /// Somebody wants all that the user has said to be forgotten. REQUIRES: no other erasure of that user is under way.
  void erase_begins(const std::string& user);
  /// It had an answer, or its process died. `done`: all that was known when it began is gone.
  void erase_ended(const std::string& user, bool done);

  /// A moderator wants the message there to be withdrawn.
  void withdraw_begins(std::uint64_t at) { line_at(at).unwanted = true; }
  void withdraw_ended(std::uint64_t at, bool done);

  /// Consecutive messages that nobody asked for.
  void saw_run(std::span<const actors::chat_message_ptr> messages) { saw_run(messages, {}); }
  void check_page(const actors::room::page& p, std::optional<offset> before, std::optional<offset> after,
                  const moment& then);
  void check_join(const actors::room::joined& j, std::optional<std::uint64_t> since, const moment& then);
  /// At the end: all that is stored, in order, of a room whose history says that it begins at `first`.
  /// `swept`: what was withdrawn has gone from the disk as well.
  void check_all(std::span<const actors::chat_message_ptr> history, std::uint64_t first, bool swept = true);

 private:
  struct words {
    std::string user;
    std::uint64_t born = 0;  ///< erasures of the user that had ended then
    std::vector<std::uint64_t>
        places;  ///< where it was seen or said to be: several when it was said again after an erasure
    bool acknowledged = false;
    bool never = false;
  };
  struct line {
    std::string text;  ///< empty: nobody looked yet
    std::int64_t ts = 0;
    bool tomb = false;
    bool unwanted = false;  ///< a moderator wanted it to go
    std::uint64_t erased = 0;  ///< number of the erasure that took it, or was seen to; 0: none
  };
  struct forgetting {
    std::uint64_t begun = 0;
    std::uint64_t ended = 0;
    std::vector<std::uint64_t> covers;  ///< places, of the one under way
  };
  [[noreturn]] void fail(const std::string& what) const;
  [[nodiscard]] words& known(const std::string& text);
  [[nodiscard]] line& line_at(std::uint64_t at);
  [[nodiscard]] bool may_be_erased(const words& w) const;
  [[nodiscard]] bool may_be_gone(std::uint64_t at) const;
  void begins_at(std::uint64_t first);
  void is_at(const std::string& text, std::uint64_t at);
  void told_newest(std::uint64_t at, std::uint64_t floor_then);
  void saw(const actors::chat_message& m, const moment& then);
  void saw_withdrawn(const actors::chat_message& m);
  void saw_tomb(const actors::chat_message& m);
  void is_withdrawn(std::uint64_t at);
  void saw_time(const actors::chat_message& m);
  void saw_run(std::span<const actors::chat_message_ptr> messages, const moment& then);
  void saw_answer(std::span<const actors::chat_message_ptr> messages, const moment& then);
  void check_erased(std::uint64_t at, const actors::chat_message& m) const;

  std::string name_;
  const virtual_clock& clock_;
  actors::room::retention keep_;
  std::size_t message_bytes_max_;
  std::uint64_t floor_ = 0;
  std::uint64_t begins_ = 1;
  std::uint64_t erasures_ = 0;
  std::unordered_map<std::string, words> words_;
  std::map<std::string, forgetting> forgetting_;  ///< by user
  std::vector<line> lines_;  ///< by offset - 1
};

}  // namespace lightstick::sim
