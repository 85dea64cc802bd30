#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "gateway/node_jobs.hpp"
#include "gateway/wire/value.hpp"
#include "storage/store.hpp"
#include "tools/node/erasure.hpp"

namespace lightstick::tools {

/// Back-ups, statistics, erasures and trims of a running node. Owns one thread, while there is a job. Kept: the last job of
/// each kind.
class jobs final : public gateway::node_jobs {
 public:
  /// What bounds the load of a job on the disk when its order does not say.
  static constexpr std::uint64_t bytes_per_second_default = 64U << 20U;

  /// REQUIRES: `store`, whose folder is `data`, outlives this.
  jobs(storage::store& store, std::string data) : store_(store), data_(std::move(data)) {}
  /// As `stop`.
  ~jobs() override;
  jobs(const jobs&) = delete;
  jobs& operator=(const jobs&) = delete;

  /// From here on users can be erased and rooms trimmed. REQUIRES: before the first `start`; what `by` uses lives until `stop`.
  void can_erase(std::unique_ptr<erasable> by) { erasable_ = std::move(by); }
  /// Ends the job under way, and begins no other: a back-up that is not whole goes, an erasure has to be begun again.
  void stop();

  [[nodiscard]] result<std::string> start(std::string_view kind, std::string_view order,
                                          outcome_listener ended) override;
  [[nodiscard]] result<std::string> status(std::string_view kind) const override;

 private:
  enum class state : std::uint8_t { running, done, failed };
  struct job {
    std::uint64_t id = 0;
    tools::jobs::state state = state::running;
    std::uint64_t done_bytes = 0;
    std::uint64_t total_bytes = 0;
    std::string said;  ///< for a person: the outcome, or why not
    gateway::wire::value result;
  };
  struct outcome {
    std::string text;
    gateway::wire::value value;
    std::string line;  ///< for the audit journal
  };
  using work = std::function<result<outcome>(const storage::progress&)>;

  [[nodiscard]] result<work> backup_of(const gateway::wire::map& order);
  [[nodiscard]] result<work> stats_of(const gateway::wire::map& order);
  [[nodiscard]] result<work> erase_of(const gateway::wire::map& order);
  [[nodiscard]] result<work> trim_of(const gateway::wire::map& order);
  [[nodiscard]] result<outcome> erase(const erasure_order& order, const storage::progress& watch);
  [[nodiscard]] result<outcome> trim(const room_walk_order& order, const storage::progress& watch);
  [[nodiscard]] result<work> work_of(std::string_view kind, const gateway::wire::map& order);
  void run(const std::string& kind, const work& what, outcome_listener listener);
  [[nodiscard]] static std::string describe(const std::string& kind, const job& j);

  storage::store& store_;
  const std::string data_;
  std::unique_ptr<erasable> erasable_;
  std::filesystem::path backups_;  ///< folder of the last back-up since the start; used by jobs only
  mutable std::mutex mutex_;
  std::map<std::string, job, std::less<>> last_;
  std::uint64_t next_ = 1;
  std::string running_;  ///< kind; empty: none
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace lightstick::tools
