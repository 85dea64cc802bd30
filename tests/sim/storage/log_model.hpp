#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/store.hpp"
#include "tests/sim/run.hpp"
#include "tests/sim/storage/upkeep.hpp"

namespace lightstick::sim {

/// The event that a command is; made of its id alone, so that the model need not keep it.
[[nodiscard]] std::string event_of(const std::string& cid);
/// What a log's events add up to, in place of an actor's state.
[[nodiscard]] std::uint64_t chain_of(std::uint64_t before, const std::string& event);
[[nodiscard]] std::string snapshot_of(std::uint64_t count, std::uint64_t chain);
/// Throws violation when `snapshot` is none.
[[nodiscard]] std::uint64_t chain_from(const std::string& snapshot);
/// The key of the history row of an event.
[[nodiscard]] std::string row_key_of(std::uint64_t at);

/// What one log may hold. It is told what the store accepted, what it called committed and what clients were told, and
/// checks all that is read. Every check throws `violation` with the log's name.
///
/// What is stored is always a beginning of what was accepted, in whole appends, and not shorter than what anybody was
/// told or has read: the floor. An append that failed may be part of it until another took its place. Reminders are those
/// that were set and not removed by the appends that are there; history begins where the last of them says.
class log_model {
 public:
  explicit log_model(std::string name) : name_(std::move(name)) {}

  /// The store queued an append.
  void accepted(sequence expected, std::span<const std::string> cids, std::int64_t expires_ms, upkeep also = {});
  /// The store said that it is durable up to here.
  void committed(sequence last);
  /// A client was told that its command has this place.
  void acknowledged(const std::string& cid, std::uint64_t at);

  void check(const storage::log_contents& c, std::int64_t now_ms);
  void check(const storage::row_query& q, const storage::row_page& page) const;
  /// At the end: everything that is stored. REQUIRES: `check` of the contents, nothing changed since.
  void check_all(const std::vector<storage::row>& history) const;

  [[nodiscard]] std::uint64_t floor() const noexcept { return floor_; }
  /// Reminders that are set, and what of the history is gone, as of `floor()`.
  [[nodiscard]] upkeep_state kept() const { return upkeep_.until(floor_); }
  [[nodiscard]] std::uint64_t chain_at(std::uint64_t at) const { return at == 0 ? 0 : entries_.at(at - 1).chain; }

 private:
  struct entry {
    std::string cid;
    std::int64_t expires_ms = 0;
    std::uint64_t chain = 0;
    bool ends_append = false;
  };
  [[noreturn]] void fail(const std::string& what) const;
  void check_marks(const storage::log_contents& c, std::int64_t now_ms) const;
  void check_upkeep(const storage::log_contents& c) const;
  void check_row(const storage::row& r, std::uint64_t at) const;

  std::string name_;
  std::vector<entry> entries_;
  upkeep_model upkeep_;
  std::uint64_t floor_ = 0;
  std::unordered_map<std::string, std::uint64_t> acknowledged_;
};

}  // namespace lightstick::sim
