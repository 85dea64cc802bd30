#pragma once

#include <array>
#include <functional>
#include <optional>

#include "storage/findings.hpp"
#include "storage/log_walk.hpp"

namespace lightstick::storage {

/// Looks for damage in all records of all logs: each one decoded, journals dense from the snapshot on, epochs in order
/// and none above the partition's, reminders among those that fall due. Pure.
class log_check final : public log_visitor {
 public:
  /// Parts named of one log; those beyond are counted.
  static constexpr std::size_t parts_max = 20;
  using epochs = std::array<epoch, partition_count>;

  /// Whether that entry of `family::due` is there.
  using falls_due = std::function<bool(const due_entry&)>;

  /// `epochs`: nothing when they could not be read. `go_on` as of the visitor; may be empty.
  log_check(findings& out, const std::optional<epochs>& owned, std::function<bool(std::uint64_t)> go_on, falls_due due)
      : out_(out), epochs_(owned), go_on_(std::move(go_on)), falls_due_(std::move(due)) {}

  void begin(const log_id& log, std::string_view prefix) override;
  void record(family f, std::string_view key, std::string_view value) override;
  void unreadable(family f, const key_gap& gap) override;
  void end() override;
  void stray(family f, std::string_view key) override;
  void passed_over(family f, const key_gap& gap) override;
  [[nodiscard]] bool go_on(std::uint64_t bytes) override { return !go_on_ || go_on_(bytes); }

  [[nodiscard]] std::uint64_t logs() const noexcept { return logs_; }
  [[nodiscard]] std::uint64_t records() const noexcept { return records_; }

 private:
  /// Something wrong with the records from one row or sequence to another.
  struct part {
    storage::family family;
    std::string from;  ///< as a person reads it; empty: open
    std::string to;
    std::string why;
    std::optional<std::uint64_t> last;  ///< of `to`, when it is a number
  };
  void snapshot(std::string_view key, std::string_view value);
  void event(std::string_view key, std::string_view value);
  void reminder(std::string_view key, std::string_view value);
  void wrong(family f, std::string_view key, std::string why);
  void missing(std::uint64_t from, std::uint64_t to);
  void add(part p);
  void check_epoch(family f, std::string_view key, epoch e);
  [[nodiscard]] std::string row_text(std::string_view key) const;

  findings& out_;
  const std::optional<epochs> epochs_;
  const std::function<bool(std::uint64_t)> go_on_;
  const falls_due falls_due_;
  std::uint64_t logs_ = 0;
  std::uint64_t records_ = 0;

  log_id log_;
  std::string prefix_;
  std::vector<part> parts_;
  std::uint64_t parts_beyond_ = 0;
  bool unreminded_ = false;                ///< a reminder does not fall due
  bool quarantined_ = false;               ///< damage that keeps the actor from being activated
  bool start_known_ = false;               ///< where the journal has to begin
  std::optional<std::uint64_t> last_;      ///< sequence before the next one
  std::uint64_t snapshot_at_ = 0;
  epoch newest_;
};

}  // namespace lightstick::storage
