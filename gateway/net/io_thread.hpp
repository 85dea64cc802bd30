#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "gateway/net/asio.hpp"
#include "gateway/net/core.hpp"
#include "gateway/net/hub.hpp"
#include "gateway/net/lag_meter.hpp"
#include "gateway/net/tracked.hpp"

namespace lightstick::gateway::net {

/// One thread with its own event loop, hub and connections; a connection stays here for life.
///
/// Thread: `post`, `post_walk`, `post_turn` from any; all else on this thread, or before `start` and after `join`.
/// One timer serves all deadlines; it runs only while something is tracked, so that an idle node is idle.
class io_thread final : public walk_poster {
 public:
  io_thread(core& shared, std::size_t index, std::string name);
  ~io_thread() override;

  void start();
  /// Ends the event loop; what is open is aborted first. Returns at once. Idempotent.
  void stop();
  void join();

  template <class F>
  void post(F f) {
    asio::post(context_, std::move(f));
  }
  void post_walk(std::shared_ptr<relay> r) override;
  void post_turn(std::shared_ptr<relay> r, std::chrono::milliseconds after) override;
  void post_tick(std::shared_ptr<relay> r, std::chrono::milliseconds after) override;

  void track(tracked& t);
  void drain(steady_time until);
  void revoked(const actors::revocations::revocation& what);
  [[nodiscard]] std::size_t tracked_count() const noexcept { return everything_.size(); }
  [[nodiscard]] std::vector<connection_row> describe(std::size_t rows_max) const;
  /// Tells the session that its connection is gone, again and again while its mailbox is full.
  void say_goodbye(actor_id session);

  void note_lag(steady_time::duration lag);
  /// It is later than `lag_max` with what it has to do, or was a moment ago.
  [[nodiscard]] bool overloaded() { return lag_.worst(core_.clock.now()) > core_.opts.lag_max; }

  [[nodiscard]] asio::io_context& context() noexcept { return context_; }
  [[nodiscard]] hub& subscriptions() noexcept { return hub_; }
  [[nodiscard]] core& shared() noexcept { return core_; }
  /// For what is read and looked at before the handler returns.
  [[nodiscard]] std::span<char> read_space() noexcept { return read_space_; }

 private:
  static constexpr std::size_t read_bytes = 16 * 1024;
  void arm();
  void sweep();
  /// Runs `f` on this thread once `after` has passed, unless the thread ends before. Thread: this one.
  template <class F>
  void later(std::chrono::milliseconds after, F f);
  /// A tracked object that fails ends alone.
  template <class F>
  void guarded(tracked& t, F f);

  core& core_;
  const std::string name_;
  hub hub_;
  tracked_list everything_;
  std::vector<actor_id> goodbyes_;
  std::vector<char> read_space_ = std::vector<char>(read_bytes);
  const std::chrono::milliseconds tick_;
  bool armed_ = false;
  steady_time due_;
  lag_meter lag_;
  // Destroyed first: its handlers own what refers to the members above.
  asio::io_context context_{1};
  std::optional<asio::executor_work_guard<executor>> work_;
  std::optional<timer> timer_;
  std::thread thread_;
};

}  // namespace lightstick::gateway::net
