#include "storage/search.hpp"

#include <algorithm>

#include "storage/errc.hpp"
#include "storage/log_walk.hpp"
#include "storage/pace.hpp"

namespace lightstick::storage {
namespace {

class seeker final : public log_visitor {
 public:
  seeker(const log_search& what, std::uint64_t total, const progress& watch)
      : what_(what), pace_(what.bytes_per_second_max), watch_(watch) {
    out_.total_bytes = total;
  }

  void begin(const log_id& log, std::string_view prefix) override {
    between_logs_ = false;
    now_ = log;
    prefix_ = prefix;
    wanted_ = log.name.starts_with(what_.name_begin);
    found_ = wanted_ && what_.text.empty();
    if (wanted_) ++out_.looked_at;
  }
  void record(family /*f*/, std::string_view key, std::string_view value) override {
    if (!wanted_ || found_) return;
    found_ = value.find(what_.text) != std::string_view::npos ||
             key.substr(prefix_.size()).find(what_.text) != std::string_view::npos;
  }
  void unreadable(family /*f*/, const key_gap& /*gap*/) override { found_ = found_ || wanted_; }
  void stray(family /*f*/, std::string_view /*key*/) override {}
  void passed_over(family /*f*/, const key_gap& /*gap*/) override { ++out_.damaged_stretches; }
  void end() override {
    between_logs_ = true;
    out_.cursor = prefix_end(prefix_);
    if (found_) out_.logs.push_back(std::move(now_));
  }

  [[nodiscard]] bool go_on(std::uint64_t bytes) override {
    pace_.wait(bytes);
    out_.bytes = bytes;
    if (watch_ && !watch_(bytes, std::max(bytes, out_.total_bytes))) return false;
    out_.more = between_logs_ && (out_.logs.size() >= what_.logs_max || bytes >= what_.bytes_max);
    return !out_.more;
  }

  [[nodiscard]] found_logs& out() noexcept { return out_; }

 private:
  const log_search& what_;
  const pace pace_;
  const progress& watch_;
  found_logs out_;
  log_id now_;
  std::string prefix_;
  bool between_logs_ = false;
  bool wanted_ = false;
  bool found_ = false;
};

}  // namespace

result<found_logs> search_view(const raw_view& view, const log_search& what, const progress& watch) {
  if (what.logs_max == 0 || what.bytes_max == 0) return fail(errc::invalid, "a page holds at least one log");
  std::uint64_t total = 0;
  if (what.cursor.empty()) {
    // Only for who wants to know how far it is: a table that says nothing of itself must not end the search.
    if (auto sizes = view.sizes()) {
      for (const auto& s : *sizes) {
        if (belongs_to_logs(s.family)) total += s.raw_bytes;
      }
    }
  }
  seeker at(what, total, watch);
  if (auto walked = walk_logs(view, at, what.cursor); !walked && !at.out().more) return fail(std::move(walked.error()));
  return std::move(at.out());
}

void log_spans::add(const log_id& log) {
  if (all_.size() >= spans_max) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < all_.size(); i += 2, ++kept) {
      auto both = log_span{std::move(all_[i].first), std::move(all_[std::min(i + 1, all_.size() - 1)].last)};
      all_[kept] = std::move(both);
    }
    all_.resize(kept);
  }
  all_.push_back({log, log});
}

}  // namespace lightstick::storage
