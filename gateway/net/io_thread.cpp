#include "gateway/net/io_thread.hpp"

#include <pthread.h>

#include <algorithm>

#include "actors/session/messages.hpp"
#include "runtime/base/log.hpp"

namespace lightstick::gateway::net {
namespace {

constexpr std::chrono::milliseconds tick_max{1'000};
constexpr std::chrono::milliseconds tick_min{20};

/// Fine enough for the shortest limit that is set, once a second at the most usual ones.
std::chrono::milliseconds tick_for(const options& o) {
  const auto shortest =
      std::min({o.header_timeout, o.handshake_timeout, o.idle_timeout, o.ping_after, o.pong_within, o.write_timeout});
  return std::clamp(shortest / 4, tick_min, tick_max);
}

}  // namespace

io_thread::io_thread(core& shared, std::size_t index, std::string name)
    : core_(shared),
      name_(std::move(name)),
      hub_(shared.rooms, index, shared.opts.held_frames_max, shared.clock, shared.counts),
      tick_(tick_for(shared.opts)) {
  work_.emplace(context_.get_executor());
  timer_.emplace(context_);
}

io_thread::~io_thread() {
  stop();
  join();
  timer_.reset();
}

void io_thread::start() {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
    while (true) {
      try {
        context_.run();
        return;
      } catch (const std::exception& e) {
        // A connection's own failure (no memory for a frame, say) must not take the others with it.
        LS_LOG(gateway, error, "handler failed", {"thread", name_}, {"why", e.what()});
      }
    }
  });
}

void io_thread::stop() {
  if (!work_) return;
  work_.reset();
  asio::post(context_, [this] {
    for (auto at = everything_.begin(); at != everything_.end();) (at++)->abort();
    // What the aborts completed runs before the loop ends.
    asio::post(context_, [this] { context_.stop(); });
  });
}

void io_thread::join() {
  if (thread_.joinable()) thread_.join();
}

void io_thread::post_walk(std::shared_ptr<relay> r) {
  asio::post(context_, [this, r = std::move(r)] { hub_.walk(*r); });
}

template <class F>
void io_thread::later(std::chrono::milliseconds after, F f) {
  auto pause = std::make_unique<timer>(context_);
  auto& waiting = *pause;
  waiting.expires_after(after);
  waiting.async_wait([f = std::move(f), pause = std::move(pause)](error_code ec) {
    if (!ec) f();
  });
}

void io_thread::post_turn(std::shared_ptr<relay> r, std::chrono::milliseconds after) {
  if (after.count() == 0) return post([this, r = std::move(r)] { hub_.go_on(*r); });
  later(after, [this, r = std::move(r)] { hub_.go_on(*r); });
}

void io_thread::post_tick(std::shared_ptr<relay> r, std::chrono::milliseconds after) {
  post([this, r = std::move(r), after] { later(after, [this, r] { core_.rooms.end_tick(r); }); });
}

void io_thread::track(tracked& t) {
  everything_.push_back(t);
  arm();
}

template <class F>
void io_thread::guarded(tracked& t, F f) {
  try {
    f(t);
  } catch (const std::exception& e) {
    LS_LOG(gateway, error, "connection failed", {"thread", name_}, {"why", e.what()});
    t.abort();
  }
}

void io_thread::drain(steady_time until) {
  for (auto at = everything_.begin(); at != everything_.end();) {
    guarded(*at++, [&](tracked& t) { t.drain(until); });
  }
}

void io_thread::revoked(const actors::revocations::revocation& what) {
  for (auto at = everything_.begin(); at != everything_.end();) {
    guarded(*at++, [&](tracked& t) { t.revoked(what); });
  }
}

std::vector<connection_row> io_thread::describe(std::size_t rows_max) const {
  std::vector<connection_row> rows;
  const auto now = core_.clock.now();
  for (const auto& each : everything_) {
    if (rows.size() >= rows_max) break;
    if (auto row = each.describe(now)) rows.push_back(std::move(*row));
  }
  return rows;
}

void io_thread::say_goodbye(actor_id session) {
  auto told = core_.sys->tell(session, runtime::make_message(actors::session::disconnected{}));
  if (told || !told.error().is(condition::overloaded)) return;
  goodbyes_.push_back(std::move(session));
  arm();
}

void io_thread::arm() {
  if (armed_) return;
  armed_ = true;
  due_ = core_.clock.now() + tick_;
  timer_->expires_after(tick_);
  timer_->async_wait([this](error_code ec) {
    armed_ = false;
    if (!ec) sweep();
  });
}

void io_thread::note_lag(steady_time::duration lag) {
  core_.counts.lag_seconds.record(lag);
  lag_.note(lag, core_.clock.now());
}

void io_thread::sweep() {
  note_lag(std::max(core_.clock.now() - due_, steady_time::duration{0}));
  // First of all: nothing that goes wrong below may end the deadlines of everybody.
  if (!everything_.empty() || !goodbyes_.empty()) arm();
  const auto now = core_.clock.now();
  for (auto at = everything_.begin(); at != everything_.end();) {
    guarded(*at++, [&](tracked& t) { t.sweep(now); });
  }
  for (auto& session : std::exchange(goodbyes_, {})) say_goodbye(std::move(session));
}

}  // namespace lightstick::gateway::net
