#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <vector>

#include "tests/support/visitor.hpp"

namespace lightstick::test {

/// Visitors of one node, all at the same time, and what their ledgers say of its histories afterwards: offsets are dense,
/// what was answered is there once unless somebody withdrew it, and what was not answered is there at most once.
class visits {
 public:
  /// `where` outlives it. `pause`: of a visitor between two steps.
  visits(const node& where, std::uint64_t seed, milliseconds pause = milliseconds{0});

  /// Each on a thread of its own, until then.
  void run(steady::time_point end);

  /// What is wrong with the node's histories and with what the visitors met, the first few of each sort. Once, after `run`.
  [[nodiscard]] std::vector<std::string> judge();

  [[nodiscard]] std::map<std::string, std::uint64_t> met() const;
  [[nodiscard]] std::uint64_t committed() const noexcept { return committed_; }
  [[nodiscard]] std::uint64_t withdrawn() const noexcept { return gone_; }

 private:
  void look_at(const std::string& room);
  void compare(const std::string& user, const remark& r, const std::map<std::uint64_t, chat>& at);
  [[nodiscard]] bool asked_to_withdraw(const std::string& room, std::uint64_t off, const std::string& user) const;
  void find(std::string what);

  const node& where_;
  std::vector<std::string> rooms_{"aurora", "lobby", "stage"};
  std::list<visitor> visitors_;
  std::uint64_t committed_ = 0;
  std::uint64_t gone_ = 0;
  std::vector<std::string> found_;
};

}  // namespace lightstick::test
