#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/engine.hpp"
#include "storage/store.hpp"
#include "storage/store_metrics.hpp"

namespace lightstick::storage {

/// The appends that wait for the disk, and the logs that may append. Knows no disk and has no thread: openers and
/// writers bring theirs, and one committer takes groups out and says how each ended.
///
/// Thread: any; `wait`, `take`, `succeeded` and `failed` from the committer only, which also calls the listeners.
///
/// Invariants:
///  1. A log is one chain: an append is queued only behind the one whose last sequence it expects.
///  2. A log with a failed append accepts nothing until it is opened again, and what was queued behind it fails too.
///  3. An opener reads its log after every earlier append of it has ended and its listener was told.
class commit_queue {
 public:
  struct limits {
    std::uint32_t requests_max = 0;
    std::size_t bytes_max = 0;
    std::size_t group_bytes_max = 0;
    std::uint32_t logs_max = 0;
  };

  /// Events that a snapshot has made superfluous: they may be stored from `oldest` to `superfluous`.
  struct stored_events {
    sequence oldest;       ///< event of any use or none that may still be stored
    sequence superfluous;  ///< the snapshot's sequence
  };

  /// Where an open log stands, queued appends included.
  struct log_state {
    lightstick::partition partition;
    lightstick::epoch epoch;
    sequence tail;
    stored_events stored;
    bool open = false;
    bool opening = false;
    bool failed = false;            ///< an append failed since it was opened
    std::uint32_t openers = 0;      ///< callers between begin_open and finish_open
    std::uint32_t uncommitted = 0;  ///< entries in the queue or in a group
    std::size_t notice = 0;         ///< scratch of the committer
  };
  using log_table = std::unordered_map<std::string, log_state>;

  struct entry {
    log_table::value_type* log = nullptr;  ///< stays while `uncommitted` counts this entry; null: of no log
    lightstick::epoch epoch;
    sequence last;
    std::size_t bytes = 0;
    std::vector<write_op> ops;
    append_listener listener;
    std::vector<std::pair<partition, lightstick::epoch>> raised;  ///< the epochs that `ops` write down
  };
  using group = std::vector<entry>;

  /// What becomes of superfluous events.
  struct removal {
    sequence oldest_before;  ///< what `stored_of` said when the ops were made
    stored_events after;
  };

  /// One append, encoded, before it is accepted.
  struct draft {
    std::string prefix;
    lightstick::partition partition;
    lightstick::epoch epoch;
    sequence expected;
    sequence last;
    std::optional<removal> removed;  ///< with a snapshot, and when the ops remove events
    std::vector<write_op> ops;
    append_listener listener;
  };

  /// What `begin_open` saw.
  struct opening {
    lightstick::epoch epoch;
    std::uint64_t resumes = 0;
  };
  struct opened_at {
    sequence last;
    stored_events stored{};
  };

  using epochs = std::array<lightstick::epoch, partition_count>;

  commit_queue(limits l, const epochs& current, store_metrics& numbers);

  [[nodiscard]] lightstick::epoch epoch_of(partition p) const;
  /// From here on older epochs are refused, those that wait included. Queues `ops`, which write the new ones down; when
  /// `listener` hears that they are committed, nothing under an older epoch is being written any more.
  /// When it hears that they are not, the partitions take no appends, not even under the new epochs, until a raise of
  /// them is committed: events must not be older than what says so. Errors (nothing queued): stale_epoch, stopping, or
  /// why appends are refused.
  [[nodiscard]] result<void> raise(std::span<const std::pair<partition, lightstick::epoch>> changes,
                                   std::vector<write_op> ops, append_listener listener);

  /// Makes the committer's next step, for callers that are its only driver; false when there was none to make.
  using committer_step = std::function<bool()>;

  /// Takes the log from whoever has it and waits until its queued appends have ended; with `step`, by making the
  /// committer's steps instead of waiting for its thread. `finish_open` must follow a success.
  /// Errors: queue_full, stopping.
  [[nodiscard]] result<opening> begin_open(const std::string& prefix, partition p, const committer_step& step = {});
  /// `at` is where the log stands, or nothing when it could not be read. False when the disk was resumed since
  /// `begin_open`: what was read may have changed, so the log is not open and has to be read again.
  [[nodiscard]] bool finish_open(const std::string& prefix, const opening& begun, std::optional<opened_at> at);
  void close(const std::string& prefix);

  /// Of an open log, appends under way counted; zeros when it is not open.
  [[nodiscard]] stored_events stored_of(const std::string& prefix) const;
  /// Errors: as store::accepts.
  [[nodiscard]] result<void> accepts() const;
  /// Errors: as store::append.
  [[nodiscard]] result<void> push(draft d);

  /// Whether there is something to take.
  [[nodiscard]] bool has_work() const;
  /// Until there is something to take, or `stop` was called, or (when given) the time has passed.
  void wait(std::optional<std::chrono::milliseconds> limit);
  /// What goes into the next commit; empty when nothing waits. Entries whose epoch has ended are failed on the way.
  [[nodiscard]] group take();
  /// The group is durable: tells each listener once.
  void succeeded(group done);
  /// The group failed: tells each listener once, fails what is queued behind it, and refuses all appends with `why`
  /// until `resumed`. What other logs have queued waits for that.
  void failed(group lost, const error& why);
  /// The disk could not be resumed at once: fails all that waits.
  void give_up(const error& why);
  /// The disk was resumed: appends are accepted again. Logs of failed groups have to be opened (again), even those that
  /// were since, because what failed may have turned up.
  void resumed();

  /// Refuses further appends and openings. What waits can still be taken.
  void stop();
  [[nodiscard]] bool stopping() const;

 private:
  struct notice;
  void enqueue(entry e);
  void end(group& entries);
  void note_raised(const entry& e, bool written);
  bool stale(const log_state& log, lightstick::epoch e) const;
  std::vector<notice> notices_of(const group& entries);
  void sweep(group& out, bool all);
  void tell_failed(group lost, const error& why);
  void forget_if_idle(log_table::value_type& log);

  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable changed_;
  const limits limits_;
  store_metrics& numbers_;
  epochs epochs_;
  std::array<bool, partition_count> unwritten_{};  ///< the epoch could not be written down
  log_table logs_;
  std::deque<entry> queue_;
  std::uint32_t requests_ = 0;  ///< of queue and group under way
  std::size_t bytes_ = 0;
  bool stopping_ = false;
  bool committer_waits_ = false;
  std::uint32_t changed_waiters_ = 0;
  std::optional<error> refusing_;
  std::vector<std::string> failed_logs_;  ///< prefixes, since the last `resumed`
  std::uint64_t resumes_ = 0;
};

}  // namespace lightstick::storage
