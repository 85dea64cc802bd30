// Asks and tells through the runtime, in turns with bare CAF, so that a noisy machine is noisy for both.
#include <latch>

#include "runtime/system.hpp"
#include "tools/bench/bare_caf.hpp"
#include "tools/bench/gauges.hpp"
#include "tools/bench/plan.hpp"

namespace lightstick::tools::bench {
namespace {

using std::chrono::nanoseconds;

struct go {};
struct ping {
  std::uint64_t number;
};
struct ball {
  std::uint64_t left;
};

class echo final : public runtime::logic {
 public:
  void handle(runtime::message& m, runtime::reply& r, runtime::context& /*ctx*/) override {
    if (const auto* p = runtime::body_of<ping>(m)) r.ok(*p);
  }
};

class asker final : public runtime::logic {
 public:
  asker(actor_id to, std::uint64_t times, std::latch& done) : to_(std::move(to)), left_(times), done_(done) {}
  void handle(runtime::message& /*m*/, runtime::reply& /*r*/, runtime::context& ctx) override { next(ctx); }

 private:
  void next(runtime::context& ctx) {
    if (left_-- == 0) return done_.count_down();
    ctx.ask(to_, runtime::make_message(ping{left_}), std::chrono::seconds{5},
            [this](const result<runtime::message_ptr>& /*answer*/, runtime::context& later) { next(later); });
  }
  const actor_id to_;
  std::uint64_t left_;
  std::latch& done_;
};

class passer final : public runtime::logic {
 public:
  passer(actor_id next, std::latch& done) : next_(std::move(next)), done_(done) {}
  void handle(runtime::message& m, runtime::reply& /*r*/, runtime::context& ctx) override {
    const auto* b = runtime::body_of<ball>(m);
    if (b == nullptr) return;
    if (b->left == 0) return done_.count_down();
    (void)ctx.tell(next_, runtime::make_message(ball{b->left - 1}));
  }

 private:
  const actor_id next_;
  std::latch& done_;
};

result<std::unique_ptr<runtime::system>> start(const message_load& load, metrics& registry) {
  runtime::system_options how;
  how.threads = load.threads;
  auto started = runtime::system::start(how, nullptr, system_clock_source(), registry);
  if (!started) return started;
  for (const auto* kind : {"asker", "echo", "passer"}) {
    runtime::kind_options o;
    o.name = kind;
    (*started)->register_kind(std::move(o));
  }
  return started;
}

result<nanoseconds> our_asks(const message_load& load) {
  metrics registry;
  auto sys = start(load, registry);
  if (!sys) return fail(std::move(sys.error()));
  const auto pairs = load.actors / 2;
  std::latch done(pairs);
  for (std::uint32_t i = 0; i < pairs; ++i) {
    const auto key = std::to_string(i);
    auto both = (*sys)->spawn({"echo", key}, std::make_unique<echo>());
    if (both)
      both = (*sys)->spawn({"asker", key}, std::make_unique<asker>(actor_id{"echo", key}, load.messages / pairs, done));
    if (!both) return fail(std::move(both.error()));
  }
  const auto before = cpu_time();
  for (std::uint32_t i = 0; i < pairs; ++i)
    (void)(*sys)->tell({"asker", std::to_string(i)}, runtime::make_message(go{}));
  done.wait();
  const auto used = cpu_time() - before;
  (*sys)->stop(std::chrono::seconds{5});
  return used;
}

result<nanoseconds> our_tells(const message_load& load) {
  metrics registry;
  auto sys = start(load, registry);
  if (!sys) return fail(std::move(sys.error()));
  std::latch done(load.on_their_way);
  const auto nth = [&](std::uint32_t i) { return actor_id{"passer", std::to_string(i % load.actors)}; };
  for (std::uint32_t i = 0; i < load.actors; ++i) {
    auto made = (*sys)->spawn(nth(i), std::make_unique<passer>(nth(i + 1), done));
    if (!made) return fail(std::move(made.error()));
  }
  const auto before = cpu_time();
  for (std::uint32_t i = 0; i < load.on_their_way; ++i) {
    (void)(*sys)->tell(nth(i), runtime::make_message(ball{load.messages / load.on_their_way}));
  }
  done.wait();
  const auto used = cpu_time() - before;
  (*sys)->stop(std::chrono::seconds{5});
  return used;
}

/// Nanoseconds a message, and ratios of each round.
struct rounds {
  std::vector<double> ours;
  std::vector<double> bare;
  std::vector<double> ratio;
  void add(nanoseconds our, nanoseconds other, std::uint64_t messages) {
    ours.push_back(static_cast<double>(our.count()) / static_cast<double>(messages));
    bare.push_back(static_cast<double>(other.count()) / static_cast<double>(messages));
    ratio.push_back(ours.back() / bare.back());
  }
  [[nodiscard]] figure as(std::string what) const {
    const auto ns = [](const std::vector<double>& all) { return std::to_string(static_cast<int>(median(all))); };
    return {std::move(what), median(ratio), "x", at_most(1.5), ns(ours) + " ns of CPU, CAF " + ns(bare) + " ns"};
  }
};

}  // namespace

outcome measure_messages(const plan& p) {
  message_load load;
  load.messages = p.scaled(1'000'000);
  rounds asks;
  rounds bounded_asks;
  rounds tells;
  for (std::size_t i = 0; i < p.rounds(); ++i) {
    p.tell("asks and tells beside bare CAF, round " + std::to_string(i + 1));
    const auto ask = our_asks(load);
    if (!ask) return fail(error(ask.error()));
    asks.add(*ask, bare_caf_asks(load, ask_limit::none), load.messages);
    bounded_asks.add(*ask, bare_caf_asks(load, ask_limit::five_seconds), load.messages);
    const auto tell = our_tells(load);
    if (!tell) return fail(error(tell.error()));
    tells.add(*tell, bare_caf_tells(load), load.messages);
  }
  return std::vector<figure>{asks.as("ask / CAF request"), bounded_asks.as("ask / CAF request with a time limit"),
                             tells.as("tell / CAF send")};
}

}  // namespace lightstick::tools::bench
