#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace lightstick {

/// A number that only grows. Thread-safe, relaxed: one atomic add.
class counter {
 public:
  void add(std::uint64_t n = 1) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// A number that goes up and down. Thread-safe, relaxed.
class gauge {
 public:
  void add(std::int64_t n) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
  void set(std::int64_t n) noexcept { value_.store(n, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// Time spent, in buckets of powers of two from 16 microseconds to about 16 seconds. Thread-safe, relaxed.
class histogram {
 public:
  static constexpr std::size_t bucket_count = 21;
  void record(std::chrono::nanoseconds d) noexcept;
  /// Upper bound of bucket `i` in seconds; the last bucket has none.
  [[nodiscard]] static double bound_s(std::size_t i) noexcept;
  [[nodiscard]] std::uint64_t bucket(std::size_t i) const noexcept {
    return buckets_.at(i).load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t count() const noexcept;
  [[nodiscard]] double sum_s() const noexcept;

 private:
  std::array<std::atomic<std::uint64_t>, bucket_count + 1> buckets_{};
  std::atomic<std::uint64_t> sum_ns_{0};
};

/// Every metric of a node, by name and one optional label. Metrics live as long as the registry, so the
/// references it hands out are kept by their users. Thread-safe; making one takes a lock, using one does not.
class metrics {
 public:
  struct label {
    std::string name, value;
    friend bool operator==(const label&, const label&) = default;
  };
  enum class type : std::uint8_t { counter, gauge, histogram };
  struct entry {
    std::string name, help;
    std::vector<label> labels;
    type kind;
    const counter* as_counter = nullptr;
    const gauge* as_gauge = nullptr;
    const histogram* as_histogram = nullptr;
  };

  metrics();
  ~metrics();
  metrics(const metrics&) = delete;
  metrics& operator=(const metrics&) = delete;

  /// The same name and labels give the same metric. Names follow Prometheus: `lightstick_..._total`, unit last.
  [[nodiscard]] counter& make_counter(std::string name, std::string help, std::vector<label> labels = {});
  [[nodiscard]] gauge& make_gauge(std::string name, std::string help, std::vector<label> labels = {});
  [[nodiscard]] histogram& make_histogram(std::string name, std::string help, std::vector<label> labels = {});

  /// Called before every `entries()`, to set gauges that are cheaper to read than to keep.
  /// REQUIRES: what it captures outlives the registry, or the owner removes nothing and outlives scrapes.
  void on_collect(std::function<void()> refresh);
  /// A stable list in order of creation.
  [[nodiscard]] std::vector<entry> entries() const;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace lightstick
