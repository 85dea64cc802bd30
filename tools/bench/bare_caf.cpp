#include "tools/bench/bare_caf.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/logger.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <latch>
#include <vector>

#include "tools/bench/gauges.hpp"

namespace lightstick::tools::bench {
namespace {

/// CAF as the runtime starts it.
class caf_under_test {
 public:
  explicit caf_under_test(const message_load& load) {
    config_.set("scheduler.policy", caf::atom("sharing"));
    config_.set("scheduler.max-threads", static_cast<std::size_t>(load.threads));
    config_.set("scheduler.max-throughput", std::size_t{64});
    system_ = std::make_unique<caf::actor_system>(config_);
    system_->await_actors_before_shutdown(false);
  }
  caf_under_test(const caf_under_test&) = delete;
  caf_under_test& operator=(const caf_under_test&) = delete;
  ~caf_under_test() {
    caf::logger::set_current_actor_system(nullptr);  // the destructor of the system waits for this thread otherwise
  }
  [[nodiscard]] caf::actor_system& system() noexcept { return *system_; }

 private:
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
};

using go = caf::atom_constant<caf::atom("go")>;
using ping = caf::atom_constant<caf::atom("ping")>;
using ball = caf::atom_constant<caf::atom("ball")>;

class echo final : public caf::event_based_actor {
 public:
  using caf::event_based_actor::event_based_actor;
  [[nodiscard]] caf::behavior make_behavior() override {
    return {[](ping, std::uint64_t n) { return n; }};
  }
};

class asker final : public caf::event_based_actor {
 public:
  asker(caf::actor_config& config, caf::actor to, std::uint64_t times, ask_limit limit, std::latch& end)
      : caf::event_based_actor(config), to_(std::move(to)), left_(times), limit_(limit), done_(end) {}
  [[nodiscard]] caf::behavior make_behavior() override {
    return {[this](go) { next(); }};
  }

 private:
  void next() {
    if (left_-- == 0) {
      done_.count_down();
      quit();
      return;
    }
    if (limit_ == ask_limit::none) {
      request(to_, caf::infinite, ping::value, left_).then([this](std::uint64_t) { next(); });
    } else {
      request(to_, std::chrono::seconds{5}, ping::value, left_).then([this](std::uint64_t) { next(); });
    }
  }
  caf::actor to_;
  std::uint64_t left_;
  ask_limit limit_;
  std::latch& done_;
};

using set_next = caf::atom_constant<caf::atom("next")>;

class passer final : public caf::event_based_actor {
 public:
  passer(caf::actor_config& config, std::latch& end) : caf::event_based_actor(config), done_(end) {}
  [[nodiscard]] caf::behavior make_behavior() override {
    return {[this](ball, std::uint64_t left) {
              if (left == 0) return done_.count_down();
              send(next_, ball::value, left - 1);
            },
            [this](set_next, const caf::actor& next) { next_ = next; }};
  }
  void on_exit() override { next_ = nullptr; }

 private:
  caf::actor next_;
  std::latch& done_;
};

}  // namespace

std::chrono::nanoseconds bare_caf_asks(const message_load& load, ask_limit limit) {
  caf_under_test caf(load);
  const auto pairs = load.actors / 2;
  std::latch done(pairs);
  std::vector<caf::actor> echoes;
  std::vector<caf::actor> askers;
  for (std::uint32_t i = 0; i < pairs; ++i) {
    echoes.push_back(caf.system().spawn<echo>());
    askers.push_back(caf.system().spawn<asker>(echoes.back(), load.messages / pairs, limit, done));
  }
  const auto before = cpu_time();
  for (const auto& a : askers) caf::anon_send(a, go::value);
  done.wait();
  const auto used = cpu_time() - before;
  for (const auto& e : echoes) caf::anon_send_exit(e, caf::exit_reason::user_shutdown);
  return used;
}

std::chrono::nanoseconds bare_caf_tells(const message_load& load) {
  caf_under_test caf(load);
  std::latch done(load.on_their_way);
  std::vector<caf::actor> ring;
  for (std::uint32_t i = 0; i < load.actors; ++i) ring.push_back(caf.system().spawn<passer>(done));
  for (std::size_t i = 0; i < ring.size(); ++i) caf::anon_send(ring[i], set_next::value, ring[(i + 1) % ring.size()]);
  const auto before = cpu_time();
  for (std::uint32_t i = 0; i < load.on_their_way; ++i) {
    caf::anon_send(ring[i % ring.size()], ball::value, load.messages / load.on_their_way);
  }
  done.wait();
  const auto used = cpu_time() - before;
  for (const auto& each : ring) caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
  return used;
}

}  // namespace lightstick::tools::bench
