#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "runtime/base/clock.hpp"
#include "runtime/base/metrics.hpp"
#include "runtime/durable_log.hpp"
#include "runtime/message.hpp"
#include "runtime/reminder_due.hpp"

namespace lightstick::runtime {

/// Tells actors when their reminders are due. Keeps nothing but one number a partition, the earliest time at which one
/// may be due; the reminders themselves are on disk, in order of time.
///
/// A partition's due reminders are told page by page; each is removed by its actor's own commit. One that fails is told
/// again with the next pass over its partition, `retry_after` later, and holds up no other.
///
/// Thread: any. Held by shared pointers, because reads and answers may come after the node's actors have gone.
/// Bounds: `partitions_at_once` passes under way, each with one page of `page_max` reminders on their way.
class reminder_service : public std::enable_shared_from_this<reminder_service> {
 public:
  static constexpr std::uint32_t page_max = 256;
  static constexpr std::uint32_t partitions_at_once = 8;
  static constexpr std::chrono::milliseconds retry_after{5'000};

  using fire = std::function<void(const actor_id& who, reminder_due what, reply r)>;

  /// REQUIRES: `log` and `clock` outlive it.
  reminder_service(durable_log& log, const clock_source& clock, fire tell, metrics& registry);

  /// Begins what is due. To be called about ten times a second.
  void beat();
  /// A reminder of that partition was committed.
  void note(partition p, std::int64_t due_ms);
  /// Nobody is told any more; waits for `tell`s under way.
  void stop();

 private:
  struct slot {
    std::int64_t next_ms = 0;  ///< nothing is due before it, as far as is known
    bool busy = false;
    bool failed = false;  ///< in this pass
    bool more = false;  ///< pages in this pass
    std::uint32_t pending = 0;  ///< told and not answered, of this page
    std::string cursor;
  };

  void read_page(std::uint16_t p, std::string after);
  void tell(std::uint16_t p, const actor_id& who, const reminder_due& what);
  void on_page(std::uint16_t p, result<due_page> page);
  void answered(std::uint16_t p, const actor_id& who, const reminder_due& what, const result<message_ptr>& outcome);
  void page_done(std::uint16_t p);
  void look_ahead(std::uint16_t p);
  void pass_done(std::uint16_t p, std::int64_t next_ms);

  durable_log& log_;
  const clock_source& clock_;
  const fire tell_;
  counter& told_;
  counter& failed_;
  gauge& lag_ms_;
  std::mutex mutex_;
  std::array<slot, partition_count> slots_;
  std::uint32_t busy_ = 0;
  std::uint16_t next_ = 0;  ///< the partition after the last that was begun: each has its turn
  bool stopped_ = false;
  std::uint32_t telling_ = 0;
  std::condition_variable told_all_;
};

}  // namespace lightstick::runtime
