#include "storage/stats.hpp"

#include <algorithm>
#include <map>

#include "storage/data_folder.hpp"
#include "storage/errc.hpp"
#include "storage/files.hpp"
#include "storage/identity.hpp"
#include "storage/log_walk.hpp"
#include "storage/pace.hpp"
#include "storage/record.hpp"
#include "storage/rocks/open_view.hpp"

namespace lightstick::storage {
namespace {

constexpr std::size_t memory_bytes = 64U << 20U;
constexpr auto larger = [](const actor_size& a, const actor_size& b) { return a.bytes > b.bytes; };

class log_sizes final : public log_visitor {
 public:
  log_sizes(const stats_order& order, std::uint64_t total, const progress& watch)
      : top_(std::min<std::size_t>(order.top, store_stats::top_max)),
        pace_(order.bytes_per_second_max),
        total_(std::max<std::uint64_t>(total, 1)),
        watch_(watch) {}

  void begin(const log_id& log, std::string_view /*prefix*/) override { now_ = {log.name, 0, 0}; }
  void record(family /*f*/, std::string_view key, std::string_view value) override {
    now_.bytes += key.size() + value.size();
    ++now_.records;
  }
  void unreadable(family /*f*/, const key_gap& /*gap*/) override {}
  void stray(family /*f*/, std::string_view /*key*/) override {}
  void passed_over(family /*f*/, const key_gap& /*gap*/) override { ++out_.damaged_stretches; }

  void end() override {
    ++out_.actors;
    out_.records += now_.records;
    out_.bytes += now_.bytes;
    auto& kind = kind_of(now_.actor.substr(0, now_.actor.find('/')));
    ++kind.actors;
    kind.bytes += now_.bytes;
    if (top_ == 0) return;
    if (out_.largest.size() == top_ && now_.bytes <= out_.largest.front().bytes) return;
    if (out_.largest.size() == top_) {
      std::ranges::pop_heap(out_.largest, larger);
      out_.largest.pop_back();
    }
    out_.largest.push_back(std::move(now_));
    std::ranges::push_heap(out_.largest, larger);
  }

  [[nodiscard]] bool go_on(std::uint64_t bytes) override {
    pace_.wait(bytes);
    return !watch_ || watch_(std::min(bytes, total_), total_);
  }

  [[nodiscard]] store_stats take() {
    std::ranges::sort_heap(out_.largest, larger);
    for (auto& [name, kind] : kinds_) out_.kinds.push_back(std::move(kind));
    std::ranges::sort(out_.kinds, std::ranges::greater(), &kind_size::bytes);
    return std::move(out_);
  }

 private:
  kind_size& kind_of(const std::string& name) {
    auto found = kinds_.find(name);
    if (found != kinds_.end()) return found->second;
    const auto& kept = kinds_.size() < store_stats::kinds_max ? name : other_;
    auto& kind = kinds_[kept];
    kind.kind = kept;
    return kind;
  }

  const std::size_t top_;
  const pace pace_;
  const std::uint64_t total_;
  const progress& watch_;
  const std::string other_ = "(other)";
  store_stats out_;
  std::map<std::string, kind_size> kinds_;
  actor_size now_;
};

template <class Number>
void read_into(const raw_view& view, record_type t, std::string_view key, Number& into) {
  auto at = view.cursor(family::meta);
  at->seek(key);
  if (!at->valid() || at->key() != key) return;
  if constexpr (std::is_same_v<Number, std::uint64_t>) {
    if (auto read = decode_number(t, key, at->value())) into = *read;
  } else {
    if (auto read = decode_text(t, key, at->value())) into = *read;
  }
}

}  // namespace

result<store_stats> stats_of_view(const raw_view& view, const stats_order& order, const progress& watch) {
  auto sizes = view.sizes();
  if (!sizes) return fail(std::move(sizes.error()));
  std::uint64_t total = 0;
  for (const auto& s : *sizes) {
    if (belongs_to_logs(s.family)) total += s.raw_bytes;
  }
  log_sizes sizes_of_logs(order, total, watch);
  if (auto walked = walk_logs(view, sizes_of_logs); !walked) return fail(std::move(walked.error()));
  auto out = sizes_of_logs.take();
  out.families = std::move(*sizes);
  out.log_bytes = view.log_bytes();
  read_into(view, record_type::store_id, store_id_key, out.store_id);
  read_into(view, record_type::history_id, history_id_key, out.history_id);
  read_into(view, record_type::format, format_key, out.format);
  if (watch) (void)watch(total, total);
  return out;
}

result<store_stats> stats_of_folder(const std::filesystem::path& path, const stats_order& order,
                                    const progress& watch) {
  if (auto fit = data_folder::check_is_one(path); !fit) return fail(std::move(fit.error()));
  auto lock = lock_folder_unchanged(path, "data folder");
  if (!lock) return fail(std::move(lock.error()));
  rocks::open_options how{path / "rocks", false, memory_bytes};
  how.families = rocks::families::those_there;
  auto view = rocks::open_view(how);
  if (!view) return fail(std::move(view.error()));
  return stats_of_view(**view, order, watch);
}

}  // namespace lightstick::storage
