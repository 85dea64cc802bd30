#include "actors/room/reactions.hpp"

#include <algorithm>

namespace lightstick::actors::room {
namespace {

constexpr std::uint64_t us_a_ms = 1'000;

reaction_sum* find(std::vector<reaction_sum>& all, std::string_view name) {
  const auto at = std::ranges::find(all, name, &reaction_sum::kind);
  return at == all.end() ? nullptr : &*at;
}

void add(std::vector<reaction_sum>& all, const std::string& name, std::uint64_t n) {
  if (auto* known = find(all, name)) {
    known->n += n;
  } else {
    all.push_back({name, n});
  }
}

bool each_once(const std::vector<reaction_sum>& all) {
  for (auto at = all.begin(); at != all.end(); ++at) {
    if (!valid_kind(at->kind) ||
        std::find_if(all.begin(), at, [&](const reaction_sum& s) { return s.kind == at->kind; }) != at) {
      return false;
    }
  }
  return all.size() <= reactions::kinds_max;
}

bool in_bounds(const std::vector<bucket_floor>& all) {
  return std::ranges::all_of(all, [](const bucket_floor& f) { return f.bucket < forgotten_floors::buckets; });
}

tl::unexpected<error> wrong(std::string why) { return fail(errc::bad_request, std::move(why)); }

}  // namespace

bool valid_kind(std::string_view name) noexcept {
  return !name.empty() && name.size() <= reaction_kind_bytes_max && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

reactions::essence reactions::to_essence() const {
  return {sums_, day_, today_.to_essence(), ever_.to_essence(), floors_.all()};
}

bool reactions::valid(const essence& e) {
  return each_once(e.sums) && in_bounds(e.floors) && cheer_board::valid(e.today) && cheer_board::valid(e.ever);
}

void reactions::restore(const essence& e) {
  sums_ = e.sums;
  day_ = e.day;
  today_.restore(e.today);
  ever_.restore(e.ever);
  floors_ = {};
  for (const auto& each : e.floors) floors_.raise(each);
}

user_marks reactions::marks_of(const user_id& user, const tally& ahead) const {
  if (const auto at = ahead.marks.find(user); at != ahead.marks.end()) return at->second;
  if (const auto* known = marks_.find(user)) return *known;
  return {floors_.of(user), {}, {}};
}

std::uint64_t reactions::base(const user_id& user, const device_id& device, const tally& ahead) const {
  return marks_of(user, ahead).base(device);
}

bool reactions::is_new(std::string_view name, const tally& ahead) const noexcept {
  return std::ranges::find(sums_, name, &reaction_sum::kind) == sums_.end() &&
         std::ranges::find(ahead.kinds, name, &reaction_sum::kind) == ahead.kinds.end();
}

result<reacted> reactions::look(const react& r, const tally& ahead, wall_ms now) const {
  if (r.n == 0 || r.n > reaction_n_max) return wrong("n is 1 to " + std::to_string(reaction_n_max));
  if (!valid_kind(r.kind)) return wrong("kind has 1 to 16 lower-case letters, digits, - and _");
  // Nobody can take the room's numbers away from others, whose numbers have to be above what was forgotten.
  const auto last = static_cast<std::uint64_t>(std::max<std::int64_t>(now.value, 0)) * us_a_ms + ahead_us;
  if (r.seq == 0 || r.seq > last) return wrong("seq is 1 to the time in microseconds");
  const auto known = marks_of(r.user, ahead);
  switch (known.look(r.device, r.seq)) {
    case device_mark::is::counted: return reacted{reacted::how::again, 0};
    case device_mark::is::lost: return reacted{reacted::how::lost, known.base(r.device)};
    case device_mark::is::fresh: break;
  }
  if (is_new(r.kind, ahead)) {
    const auto more = std::ranges::count_if(ahead.kinds, [this](const reaction_sum& s) { return is_new(s.kind, {}); });
    if (sums_.size() + static_cast<std::size_t>(more) >= kinds_max) {
      return wrong("a room has at most " + std::to_string(kinds_max) + " kinds of reactions");
    }
  }
  return reacted{reacted::how::counted, 0};
}

void reactions::take_in(const react& r, bool hidden, tally& to, wall_ms now) const {
  auto [at, fresh] = to.marks.try_emplace(r.user);
  if (fresh) {
    const auto* known = marks_.find(r.user);
    at->second = known != nullptr ? *known : user_marks{floors_.of(r.user), {}, {}};
  }
  at->second.count(r.device, r.seq, now);
  ++to.reactions;
  if (hidden) return;
  add(to.kinds, r.kind, r.n);
  if (r.kind != cheer_kind) return;
  auto& sum = to.users[r.user];
  sum.user = r.user;
  sum.name = r.name;
  sum.n += r.n;
}

reactions::closed reactions::close(tally t, wall_ms now) {
  closed out;
  out.event.day = day_of(now);
  out.event.kinds = std::move(t.kinds);
  for (auto& [id, each] : t.users) out.event.users.push_back(std::move(each));
  for (auto& [user, m] : t.marks) marks_.set(user, m);
  while (marks_.size() > marks_max_) {
    const auto user = marks_.oldest();
    if (auto gone = marks_.take(user)) {
      out.event.floors.push_back({forgotten_floors::bucket_of(user), gone->highest()});
    }
    t.marks.erase(user);
    out.gone.push_back(user);
  }
  for (auto& [user, m] : t.marks) out.set.emplace_back(user, std::move(m));
  return out;
}

bool reactions::fits(const tallied& e) const {
  auto whole = sums_;
  for (const auto& each : e.kinds) add(whole, each.kind, each.n);
  return e.day >= day_ && each_once(whole) && in_bounds(e.floors);
}

void reactions::apply(const tallied& e) {
  if (e.day > day_) today_.clear();
  day_ = e.day;
  for (const auto& each : e.kinds) add(sums_, each.kind, each.n);
  for (const auto& each : e.users) {
    today_.add(each.user, each.name, each.n);
    ever_.add(each.user, each.name, each.n);
  }
  for (const auto& each : e.floors) floors_.raise(each);
}

std::pair<bool, bool> reactions::forget(const user_id& user) {
  const bool today = today_.forget(user);
  const bool ever = ever_.forget(user);
  const auto marks = marks_.take(user);
  if (marks) floors_.raise({forgotten_floors::bucket_of(user), marks->highest()});
  return {today || ever || marks, marks.has_value()};
}

std::int64_t reactions::day_of(wall_ms now) const noexcept { return std::max(day_, now.value / day_ms); }

}  // namespace lightstick::actors::room
