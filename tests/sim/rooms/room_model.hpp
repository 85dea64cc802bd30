#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "actors/room/messages.hpp"
#include "tests/sim/run.hpp"

namespace lightstick::sim {

/// What one room may show. It is told what people tried to say and what they were told, and checks all that is seen of
/// the room. Every check throws `violation` with the room's name.
///
/// What was seen by anybody is committed: it never goes, moves, or comes twice. What was refused, and not by an error that
/// leaves the outcome open, is never seen.
class room_model {
 public:
  explicit room_model(std::string name) : name_(std::move(name)) {}

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// Everything up to here was seen, or said to be there.
  [[nodiscard]] std::uint64_t floor() const noexcept { return floor_; }

  /// A new text, that nobody says again but who said it.
  void attempts(const std::string& text, const std::string& user);
  /// Its publish was answered.
  void acknowledged(const std::string& text, std::uint64_t at);
  /// All its publishes were refused, so that it did not happen, and nobody tries again.
  void did_not_happen(const std::string& text);

  /// The newest offset, as somebody was told who asked when the floor was `floor_then`.
  void told_newest(std::uint64_t at, std::uint64_t floor_then);
  void saw(const actors::chat_message& m);
  /// Consecutive ones.
  void saw_run(std::span<const actors::chat_message_ptr> messages);
  /// An answer to a question that was asked when the floor was `floor_then`.
  void check_page(const actors::room::page& p, std::optional<offset> before, std::optional<offset> after,
                  std::uint64_t floor_then);
  void check_join(const actors::room::joined& j, std::optional<std::uint64_t> since, std::uint64_t floor_then);
  /// At the end: all that is stored, in order.
  void check_all(std::span<const actors::chat_message_ptr> history);

 private:
  struct words {
    std::string user;
    std::uint64_t at = 0;  ///< where it was seen or said to be; 0: not yet
    bool acknowledged = false;
    bool never = false;
  };
  struct line {
    std::string text;
    std::int64_t ts = 0;
  };
  [[noreturn]] void fail(const std::string& what) const;
  [[nodiscard]] words& known(const std::string& text);
  void is_at(const std::string& text, std::uint64_t at);

  std::string name_;
  std::uint64_t floor_ = 0;
  std::unordered_map<std::string, words> words_;
  std::vector<line> lines_;  ///< by offset - 1; empty where nobody looked yet
};

}  // namespace lightstick::sim
