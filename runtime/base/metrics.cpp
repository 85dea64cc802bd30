#include "runtime/base/metrics.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <deque>

namespace lightstick {

void histogram::record(std::chrono::nanoseconds d) noexcept {
  auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(0, d.count()));
  auto sixteen_us = ns / 16'000;
  auto index = std::min<std::size_t>(static_cast<std::size_t>(std::bit_width(sixteen_us)), bucket_count);
  buckets_[index].fetch_add(1, std::memory_order_relaxed);
  sum_ns_.fetch_add(ns, std::memory_order_relaxed);
}

double histogram::bound_s(std::size_t i) noexcept { return 16e-6 * static_cast<double>(std::uint64_t{1} << i); }

std::uint64_t histogram::count() const noexcept {
  std::uint64_t total = 0;
  for (const auto& bucket : buckets_) total += bucket.load(std::memory_order_relaxed);
  return total;
}

double histogram::sum_s() const noexcept { return static_cast<double>(sum_ns_.load(std::memory_order_relaxed)) * 1e-9; }

struct metrics::impl {
  mutable std::mutex mutex;
  std::deque<counter> counters;
  std::deque<gauge> gauges;
  std::deque<histogram> histograms;
  std::vector<entry> entries;
  std::vector<std::function<void()>> refreshers;

  const entry* find(const std::string& name, const std::vector<label>& labels) const {
    auto it = std::find_if(entries.begin(), entries.end(),
                           [&](const entry& e) { return e.name == name && e.labels == labels; });
    return it == entries.end() ? nullptr : &*it;
  }
};

metrics::metrics() : impl_(std::make_unique<impl>()) {}
metrics::~metrics() = default;

counter& metrics::make_counter(std::string name, std::string help, std::vector<label> labels) {
  std::lock_guard lock(impl_->mutex);
  if (const auto* e = impl_->find(name, labels)) return const_cast<counter&>(*e->as_counter);
  auto& made = impl_->counters.emplace_back();
  impl_->entries.push_back({std::move(name), std::move(help), std::move(labels), type::counter, &made});
  return made;
}

gauge& metrics::make_gauge(std::string name, std::string help, std::vector<label> labels) {
  std::lock_guard lock(impl_->mutex);
  if (const auto* e = impl_->find(name, labels)) return const_cast<gauge&>(*e->as_gauge);
  auto& made = impl_->gauges.emplace_back();
  impl_->entries.push_back({std::move(name), std::move(help), std::move(labels), type::gauge, nullptr, &made});
  return made;
}

histogram& metrics::make_histogram(std::string name, std::string help, std::vector<label> labels) {
  std::lock_guard lock(impl_->mutex);
  if (const auto* e = impl_->find(name, labels)) return const_cast<histogram&>(*e->as_histogram);
  auto& made = impl_->histograms.emplace_back();
  impl_->entries.push_back(
      {std::move(name), std::move(help), std::move(labels), type::histogram, nullptr, nullptr, &made});
  return made;
}

void metrics::on_collect(std::function<void()> refresh) {
  std::lock_guard lock(impl_->mutex);
  impl_->refreshers.push_back(std::move(refresh));
}

std::vector<metrics::entry> metrics::entries() const {
  std::vector<std::function<void()>> refreshers;
  {
    std::lock_guard lock(impl_->mutex);
    refreshers = impl_->refreshers;
  }
  for (const auto& refresh : refreshers) refresh();
  std::lock_guard lock(impl_->mutex);
  return impl_->entries;
}

}  // namespace lightstick
