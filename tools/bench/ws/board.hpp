#pragma once

#include <sys/types.h>
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>

#include "tools/bench/ws/histogram.hpp"

/// Memory that the process that measures shares with those that are the load.
namespace lightstick::tools::bench::ws {

enum class task : std::uint32_t {
  enter,  ///< everybody who is not in a room goes into it
  talk,   ///< the talkers say what is due
  count,  ///< what is missing is counted
};

/// What is to be done; complete before `number` rises.
struct order {
  std::atomic<std::uint32_t> number{0};
  task what = task::enter;
  std::uint64_t start_ns = 0;  ///< of the steady clock: when the first message is due
  double per_s = 0;            ///< messages, of all rooms together
  std::uint64_t count = 0;     ///< messages in all
};

/// What one process of the load has seen; written by it alone. Since the last `talk` where nothing else is said.
struct tally {
  std::atomic<std::uint32_t> done{0};     ///< number of the order that was carried out last
  std::atomic<std::uint64_t> in{0};       ///< members that are in their room now
  std::atomic<std::uint64_t> retries{0};  ///< entries that had to be tried again, ever
  std::atomic<std::uint64_t> closed{0};   ///< connections that ended
  std::atomic<std::uint64_t> sent{0};
  std::atomic<std::uint64_t> acked{0};
  std::atomic<std::uint64_t> rejected{0};   ///< publishes that were refused, or could not be sent
  std::atomic<std::uint64_t> expected{0};   ///< deliveries that follow from what was acked
  std::atomic<std::uint64_t> delivered{0};  ///< each (member, offset) once
  std::atomic<std::uint64_t> doubled{0};
  std::atomic<std::uint64_t> missing{0};  ///< as of the last `count`
  std::atomic<std::uint64_t> wrong{0};  ///< messages that were decoded as a sample and were not what they should be
  std::atomic<std::uint64_t> last_ns{0};  ///< when the last delivery came
  std::atomic<bool> failed{false};  ///< it gives up; `said` tells why
  std::array<char, 160> said{};  ///< the first complaint, for a person; written once, before `complained`
  std::atomic<bool> complained{false};
  histogram took;
};

/// Owner: the process that measures; the others inherit the mapping.
class board {
 public:
  /// Null when there is no memory.
  [[nodiscard]] static std::unique_ptr<board> make(std::size_t processes, std::size_t rooms);
  ~board();
  board(const board&) = delete;
  board& operator=(const board&) = delete;

  [[nodiscard]] order& orders() noexcept { return *order_; }
  [[nodiscard]] std::span<tally> tallies() noexcept { return tallies_; }
  /// The highest offset that a publish in each room was answered with.
  [[nodiscard]] std::span<std::atomic<std::uint64_t>> newest() noexcept { return newest_; }

 private:
  board() = default;
  void* memory_ = nullptr;
  std::size_t bytes_ = 0;
  order* order_ = nullptr;
  std::span<tally> tallies_;
  std::span<std::atomic<std::uint64_t>> newest_;
};

}  // namespace lightstick::tools::bench::ws
