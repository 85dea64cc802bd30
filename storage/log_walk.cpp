#include "storage/log_walk.hpp"

#include <algorithm>

#include "storage/bytes.hpp"
#include "storage/errc.hpp"

namespace lightstick::storage {
namespace {

constexpr std::uint64_t asked_every_records = 4096;

std::string_view prefix_of(std::string_view key) { return key.substr(0, log_prefix_size(key)); }

log_id log_of(std::string_view prefix) {
  return {partition{get_big_endian<std::uint16_t>(prefix)}, std::string(prefix.substr(4))};
}

/// One family's place in the walk.
struct lane {
  storage::family family = storage::family::meta;
  std::unique_ptr<record_cursor> at;
  std::optional<key_gap> gap;  ///< the last one passed over, as long as logs in it may come

  /// Whether records of the log may lie in the gap.
  [[nodiscard]] bool may_lack(std::string_view prefix) const {
    return gap && prefix >= prefix_of(gap->after) && (!gap->before || prefix <= prefix_of(*gap->before));
  }
};

class walk {
 public:
  walk(const raw_view& view, log_visitor& visitor, const std::string& from) : view_(view), visitor_(visitor) {
    open(family::snapshots, from);
    for (auto f : all_families) {
      if (f != family::snapshots && belongs_to_logs(f)) open(f, from);
    }
  }

  result<void> run() {
    for (;;) {
      if (stopped_ || !ask()) return fail(errc::stopping, "the inspection was ended before it was through");
      const auto prefix = smallest();
      if (prefix.empty()) return {};
      visitor_.begin(log_of(prefix), prefix);
      for (auto& l : lanes_) {
        if (l.may_lack(prefix)) {
          read_carefully(l, prefix, {});
          leave(l, prefix);
        } else {
          read(l, prefix);
        }
      }
      visitor_.end();
    }
  }

 private:
  void open(family f, const std::string& from) {
    auto at = view_.cursor(f);
    if (!at) return;
    if (!from.empty()) at->seek(from);
    lanes_.push_back({f, std::move(at), std::nullopt});
    moved(lanes_.back());
  }

  /// After each move of a lane. Keys of no log are told and left behind.
  void moved(lane& l) {
    for (;;) {
      if (const auto& gap = l.at->gap()) {
        l.gap = gap;
        visitor_.passed_over(l.family, *gap);
      }
      if (!l.at->valid() || log_prefix_size(l.at->key()) > 4) return;
      visitor_.stray(l.family, l.at->key());
      l.at->next();
    }
  }

  /// The log that comes next; empty at the end.
  [[nodiscard]] std::string smallest() const {
    std::string_view least;
    for (const auto& l : lanes_) {
      if (!l.at->valid()) continue;
      auto prefix = prefix_of(l.at->key());
      if (least.empty() || prefix < least) least = prefix;
    }
    return std::string(least);
  }

  void tell(const lane& l, const record_cursor& at) {
    bytes_ += at.key().size() + at.value().size();
    visitor_.record(l.family, at.key(), at.value());
    if (++records_ % asked_every_records == 0 && !ask()) stopped_ = true;
  }

  void read(lane& l, const std::string& prefix) {
    while (!stopped_ && l.at->valid() && l.at->key().starts_with(prefix)) {
      tell(l, *l.at);
      const std::string last(l.at->key());
      l.at->next();
      moved(l);
      if (l.gap && l.gap->after == last) {
        read_carefully(l, prefix, last);
        leave(l, prefix);
        return;
      }
    }
  }

  /// Reads a log as the store would, behind the key `after` or from its beginning, because the lane passed over some.
  void read_carefully(const lane& l, const std::string& prefix, const std::string& after) {
    auto at = view_.log_cursor(l.family, prefix);
    if (!after.empty()) at->seek(after + '\0');
    for (;;) {
      if (auto gap = at->gap()) {
        if (gap->after == prefix) gap->after.clear();
        if (!after.empty() && gap->after == after + '\0') gap->after = after;
        visitor_.unreadable(l.family, *gap);
      }
      if (stopped_ || !at->valid()) return;
      tell(l, *at);
      at->next();
    }
  }

  void leave(lane& l, const std::string& prefix) {
    if (l.at->valid() && l.at->key().starts_with(prefix)) {
      l.at->seek(prefix_end(prefix));
      moved(l);
    }
  }

  bool ask() {
    stopped_ = stopped_ || view_.leaving() || !visitor_.go_on(bytes_);
    return !stopped_;
  }

  const raw_view& view_;
  log_visitor& visitor_;
  std::vector<lane> lanes_;
  std::uint64_t bytes_ = 0;
  std::uint64_t records_ = 0;
  bool stopped_ = false;
};

}  // namespace

bool belongs_to_logs(family f) noexcept { return f != family::meta && f != family::due; }

result<void> walk_logs(const raw_view& view, log_visitor& visitor, const std::string& from) {
  return walk(view, visitor, from).run();
}

}  // namespace lightstick::storage
