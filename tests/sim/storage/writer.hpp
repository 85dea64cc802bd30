#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/unique_function.hpp"
#include "storage/store.hpp"
#include "tests/sim/machine.hpp"
#include "tests/sim/storage/log_model.hpp"

namespace lightstick::sim {

/// A command: one to three events that are committed together, or not at all, and once, however often it is sent.
struct command {
  std::vector<std::string> cids;
  bool may_remind = true;  ///< may set reminders, move them, and let history go
  /// With the place of its first event; nothing: not done, or not known to be. Not called when the process dies.
  unique_function<void(std::optional<std::uint64_t>)> reply;
};

/// An actor in small, of which several may fight for one log: recovers it, appends without waiting, recognises what was
/// sent before by the log's marks, replies when it is durable, and recovers again after a failure.
class writer {
 public:
  struct surroundings {
    machine& on;
    storage::store& disk;
    run_outcome& numbers;
    bool dedupe = true;
  };
  /// For longer than a client sends the same command.
  static constexpr std::chrono::seconds marks_kept{60};

  /// REQUIRES: what it is given outlives it.
  writer(const surroundings& around, storage::log_id log, log_model& model);
  /// The process is over for it: it hears nothing any more.
  ~writer();
  writer(const writer&) = delete;
  writer& operator=(const writer&) = delete;

  void submit(command c);
  /// Rings what fell due, and removes it; nothing when it is not there (any more). Again and again until it succeeds.
  void remind(const std::string& name, std::int64_t due_ms);
  /// Appends that the store took and said nothing of yet.
  [[nodiscard]] std::size_t appends_under_way() const noexcept { return under_way_.size(); }
  /// Of their events and rows, which is less than what the store counts.
  [[nodiscard]] std::size_t bytes_under_way() const noexcept;

 private:
  enum class phase : std::uint8_t { closed, opening, open };
  /// What the store says: it is handed on, as the store demands.
  struct listener {
    writer* to = nullptr;
    void committed(sequence last) noexcept;
    void append_failed(const error& why) noexcept;
  };
  struct pending {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    command what;
  };

  void open_soon();
  void open();
  void reopen_later();
  void lost(std::string_view why);
  void hear(std::optional<std::uint64_t> committed);
  void read_mail();
  [[nodiscard]] bool knows(command& c);
  void append(command c, upkeep also);
  [[nodiscard]] upkeep any_upkeep(const command& c);
  [[nodiscard]] storage::append_request request_of(const command& c, const upkeep& also, std::int64_t expires_ms) const;

  surroundings around_;
  storage::log_id log_;
  log_model& model_;
  std::shared_ptr<listener> ear_;
  phase phase_ = phase::closed;
  epoch epoch_;
  std::uint64_t tail_ = 0;
  std::uint64_t committed_ = 0;
  std::uint64_t chain_ = 0;
  std::uint64_t since_snapshot_ = 0;
  std::map<std::string, std::uint64_t, std::less<>> places_;  ///< of what was appended, durable or not
  std::deque<pending> pending_;
  upkeep_state kept_;  ///< with every change appended
  struct on_its_way {
    std::uint64_t last = 0;  ///< sequence
    std::size_t bytes = 0;
  };
  std::deque<on_its_way> under_way_;
  std::deque<std::optional<std::uint64_t>> mail_;  ///< committed up to, or failed
};

}  // namespace lightstick::sim
