#pragma once

#include <atomic>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/support/ledger.hpp"
#include "tests/support/node.hpp"

/// The people of the crash test. Each lives as often as the node does: `live` connects, does its work and returns
/// when the connection is gone, with all it learnt kept for the next life. `live` runs on a thread of its own; the
/// rest is read when no life is under way.
namespace lightstick::test {

/// What lives share. `killed` is set before the signal is sent: a connection that breaks earlier is a finding.
struct world {
  const node& where;
  const std::vector<std::string>& rooms;
  std::atomic<bool> killed{false};
};

class publisher {
 public:
  publisher(std::string user, encoding e, std::uint64_t seed) : user_(std::move(user)), encoding_(e), random_(seed) {}

  /// Repeats what had no answer, and some of what had, then says new things until the end.
  void live(world& w);

  [[nodiscard]] const std::vector<remark>& said() const noexcept { return said_; }
  [[nodiscard]] const findings& found() const noexcept { return found_; }
  [[nodiscard]] std::uint64_t repeated() const noexcept { return repeated_; }

 private:
  void work(world& w, ws_client& client);
  void repeat(ws_client& client);
  void say_something(world& w, ws_client& client);
  /// `which` is a place in `said_`.
  std::uint64_t send(ws_client& client, std::size_t which);
  void take_answer(const value& answer, std::size_t which);

  std::string user_;
  encoding encoding_;
  std::mt19937_64 random_;
  std::vector<remark> said_;
  std::vector<std::size_t> open_;  ///< without an answer, to be repeated
  std::uint64_t repeated_ = 0;
  findings found_;
};

class reader {
 public:
  reader(std::string user, encoding e) : user_(std::move(user)), encoding_(e) {}

  /// Resumes every room where it stopped, pages on, and listens until the end.
  void live(world& w);
  /// The same, and returns when it has seen `last` offsets of each room.
  void catch_up(world& w, const std::map<std::string, std::uint64_t>& last);

  [[nodiscard]] const std::string& name() const noexcept { return user_; }
  [[nodiscard]] const std::vector<chat>& seen(const std::string& room) { return seen_[room]; }
  [[nodiscard]] const findings& found() const noexcept { return found_; }

 private:
  ws_client enter(world& w);
  void take_joined(ws_client& client, const value& joined);
  void take_pushed(ws_client& client, const std::string& room);
  void append(const std::string& room, const chat& c);

  std::string user_;
  encoding encoding_;
  std::map<std::string, std::string> hist_;
  std::map<std::string, std::vector<chat>> seen_;
  std::map<std::string, std::size_t> taken_;  ///< of the connection's pushes
  findings found_;
};

}  // namespace lightstick::test
