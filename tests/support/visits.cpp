#include "tests/support/visits.hpp"

#include <algorithm>
#include <thread>

namespace lightstick::test {
namespace {

constexpr int users = 6;
constexpr int visitors = 8;  ///< two users have a second device
constexpr std::size_t found_max = 20;

const char* role_of(int number) {
  switch (number % users) {
    case 0: return "admin";
    case 1: return "moderator";
    case 2: return "artist";
    default: return "fan";
  }
}

/// What no visitor may meet, whatever it does.
bool is_wrong(const std::string& met) {
  return met.starts_with("wrong") || met == "err 100" || met == "close 1006" || met == "close 1011";
}

}  // namespace

visits::visits(const node& where, std::uint64_t seed, milliseconds pause) : where_(where) {
  for (int i = 0; i < visitors; ++i) {
    visitors_.emplace_back(where, rooms_, i, users, role_of(i), seed + static_cast<std::uint64_t>(i), pause);
  }
}

void visits::run(steady::time_point end) {
  std::vector<std::thread> threads;
  threads.reserve(visitors_.size());
  for (auto& each : visitors_) threads.emplace_back([&each, end] { each.live(end); });
  for (auto& t : threads) t.join();
}

std::vector<std::string> visits::judge() {
  for (const auto& room : rooms_) look_at(room);
  for (const auto& [what, count] : met()) {
    if (is_wrong(what)) find(std::to_string(count) + " times " + what);
  }
  return found_;
}

std::map<std::string, std::uint64_t> visits::met() const {
  std::map<std::string, std::uint64_t> out;
  for (const auto& v : visitors_) {
    for (const auto& [what, count] : v.met()) out[what] += count;
  }
  return out;
}

void visits::look_at(const std::string& room) {
  auto auditor = where_.enter(encoding::json, "auditor", "admin");
  auditor.join(room);
  std::map<std::string, int> times;
  std::map<std::uint64_t, chat> at;
  std::uint64_t last = 0;
  for (auto& each : auditor.history_after(room, 0)) {
    if (each.off != ++last)
      find("after " + std::to_string(last - 1) + " of " + room + " comes " + std::to_string(each.off));
    last = each.off;
    if (!each.gone && each.tomb.empty()) ++times[each.text];
    at.emplace(each.off, std::move(each));
  }
  for (const auto& v : visitors_) {
    for (const auto& r : v.said()) {
      if (r.room != room) continue;
      const auto there = times.find(r.text);
      if (there != times.end() && there->second > 1) find(r.cid + " is there more than once in " + room);
      if (r.committed) compare(v.user(), r, at);
    }
  }
}

void visits::compare(const std::string& user, const remark& r, const std::map<std::uint64_t, chat>& at) {
  ++committed_;
  const auto off = r.committed->off;
  const auto where = r.cid + ", answered " + std::to_string(off) + " in " + r.room + ", ";
  const auto found = at.find(off);
  if (found == at.end()) return find(where + "is not there");
  if (found->second.gone) {
    ++gone_;
    if (!asked_to_withdraw(r.room, off, user)) find(where + "is gone, and nobody has withdrawn it");
    return;
  }
  if (found->second.text != r.text) find(where + "is another: " + found->second.text.substr(0, 40));
  if (found->second.ts != r.committed->ts) find(where + "has another time");
}

bool visits::asked_to_withdraw(const std::string& room, std::uint64_t off, const std::string& user) const {
  return std::ranges::any_of(visitors_, [&](const visitor& v) {
    return v.withdrawn().contains({room, off}) || v.silenced().contains({room, user});
  });
}

void visits::find(std::string what) {
  if (found_.size() < found_max) found_.push_back(std::move(what));
}

}  // namespace lightstick::test
