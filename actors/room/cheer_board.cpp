#include "actors/room/cheer_board.hpp"

#include <algorithm>
#include <utility>

namespace lightstick::actors::room {

cheer_board::essence cheer_board::to_essence() const { return {top(by_user_.size()), unseen_}; }

void cheer_board::restore(const essence& e) {
  clear();
  unseen_ = e.unseen;
  for (const auto& each : e.entries) {
    by_user_.emplace(each.user, each);
    ranking_.insert({each.n, each.user});
  }
}

bool cheer_board::valid(const essence& e) {
  std::set<user_id> users;
  for (const auto& each : e.entries) {
    if (each.err > each.n || !users.insert(each.user).second) return false;
  }
  return e.entries.size() <= entries_max;
}

void cheer_board::add(const user_id& user, const std::string& name, std::uint64_t n) {
  if (n == 0) return;
  if (const auto known = by_user_.find(user); known != by_user_.end()) {
    ranking_.erase({known->second.n, user});
    known->second.n += n;
    known->second.name = name;
    ranking_.insert({known->second.n, user});
    return;
  }
  if (by_user_.size() >= counters_) {
    const auto least = std::prev(ranking_.end());
    unseen_ = std::max(unseen_, least->n);
    by_user_.erase(least->user);
    ranking_.erase(least);
  }
  by_user_.emplace(user, board_entry{user, name, unseen_ + n, unseen_});
  ranking_.insert({unseen_ + n, user});
}

bool cheer_board::forget(const user_id& user) {
  const auto known = by_user_.find(user);
  if (known == by_user_.end()) return false;
  ranking_.erase({known->second.n, user});
  by_user_.erase(known);
  return true;
}

void cheer_board::clear() {
  by_user_.clear();
  ranking_.clear();
  unseen_ = 0;
}

std::vector<board_entry> cheer_board::top(std::size_t count) const {
  std::vector<board_entry> out;
  out.reserve(std::min(count, by_user_.size()));
  for (const auto& each : ranking_) {
    if (out.size() >= count) break;
    out.push_back(by_user_.at(each.user));
  }
  return out;
}

}  // namespace lightstick::actors::room
