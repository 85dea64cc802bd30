// What a kind brings may throw anywhere, and anything: its actor fails, and nobody else.
#include "stepped.hpp"

namespace lightstick::runtime {
namespace {

using namespace std::chrono_literals;

/// Where to throw, and what.
struct trap {
  std::string in;
  bool std_exception = true;
  int times = 0;
  void spring(std::string_view at) {
    if (at != in || times == 0) return;
    --times;
    if (std_exception) throw std::runtime_error("trap");
    throw 42;  // NOLINT(hicpp-exception-baseclass)
  }
};

class trapped final : public logic {
 public:
  explicit trapped(trap& t) : trap_(t) {}
  void reset() override { trap_.spring("reset"), total_ = 0; }
  result<void> restore(std::string_view s) override {
    trap_.spring("restore");
    total_ = std::stoi(std::string(s));
    return {};
  }
  result<void> replay(std::string_view) override {
    trap_.spring("replay");
    ++total_;
    return {};
  }
  std::string snapshot() const override {
    trap_.spring("snapshot");
    return std::to_string(total_);
  }
  void started(context&) override { trap_.spring("started"); }
  void settled(context&) override { trap_.spring("settled"); }
  bool passive() const override {
    trap_.spring("passive");
    return true;
  }
  inspection inspect() const override {
    trap_.spring("inspect");
    return {{"total", std::to_string(total_)}};
  }
  std::size_t memory_bytes() const override {
    trap_.spring("memory_bytes");
    return 1;
  }
  void on_timer(context&) override { trap_.spring("on_timer"); }
  void on_reminder(const reminder&, context&) override { trap_.spring("on_reminder"); }
  void handle(message& m, reply& r, context& ctx) override {
    trap_.spring("handle");
    ctx.wake_at(ctx.now() + 10ms);
    if (body_of<testing::go>(m) != nullptr) ctx.passivate();
    if (body_of<testing::blow_up>(m) != nullptr) throw std::runtime_error("asked to");
    changes what;
    if (body_of<testing::add>(m) != nullptr) {
      ++total_;
      what.events.emplace_back("1");
      what.reminders.push_back({"r", {}, ctx.wall().value + 50, {}});
    }
    ctx.persist(std::move(what), [this, r = std::move(r)](commit_outcome done, context&) mutable {
      trap_.spring("done");
      if (!done) return r.failed(std::move(done.error()));
      r.ok(testing::value{total_});
    });
  }

 private:
  trap& trap_;
  int total_ = 0;
};

class runtime_throwing : public testing::stepped_test,
                         public ::testing::WithParamInterface<std::tuple<const char*, bool>> {
 protected:
  void start_trapped() {
    sys = std::make_unique<stepped_system>(system_options{}, &log, clock, dice, registry);
    kind_options how;
    how.name = "counter";
    how.durable = true;
    how.snapshot_every = 3;
    how.idle_after = 1s;
    how.overflow = overflow_policy::keep_latest;
    how.restart.kills_max = 1;
    how.make = [this](const actor_id&) {
      set.spring("make");
      return std::make_unique<trapped>(set);
    };
    how.describe = [this](const message& m) {
      set.spring("describe");
      return name_of(m);
    };
    how.latest_key = [this](const message&) {
      set.spring("latest_key");
      return std::string{};
    };
    how.codec.encode = [this](const message&) -> std::optional<std::string> {
      set.spring("encode");
      return "x";
    };
    sys->register_kind(std::move(how));
  }
  using stepped_system = testing::stepped_system;
  /// Everything that calls into a kind, twice.
  void live() {
    for (int i = 0; i < 2; ++i) {
      auto tap = sys->tap({"counter", "k"}, {});
      for (int n = 0; n < 4; ++n) (void)call("k", testing::add{});
      (void)report("k");
      (void)call("k", testing::blow_up{});
      sys->advance(300ms);
      (void)call("k", testing::add{});
      sys->restart({"counter", "k"}, [](const result<void>&) {});
      sys->run_all();
      log.hold_commits = true;
      (void)call("k", testing::add{});
      log.fail_all({make_error_code(errc::unavailable), "disk"});
      log.hold_commits = false;
      sys->advance(3s);
      (void)call("k", testing::go{});
      sys->advance(3s);
    }
  }

  trap set;
};

TEST_P(runtime_throwing, is_the_end_of_nobody) {
  const auto& [in, std_exception] = GetParam();
  start_trapped();
  live();
  set = {in, std_exception, 2};
  live();
  EXPECT_EQ(set.times, 0) << "it was never called there";
  sys->restart({"counter", "k"}, [](const result<void>&) {});
  sys->advance(15s);
  const auto after = call("k", testing::get{});
  ASSERT_TRUE(after->has_value());
  EXPECT_TRUE((*after)->has_value()) << (*after)->error().to_string();
  EXPECT_TRUE((*call("other", testing::add{}))->has_value());
}

INSTANTIATE_TEST_SUITE_P(everywhere, runtime_throwing,
                         ::testing::Combine(::testing::Values("reset", "restore", "replay", "snapshot", "started",
                                                              "settled", "passive", "inspect", "memory_bytes",
                                                              "on_timer", "on_reminder", "handle", "done", "make",
                                                              "describe", "latest_key", "encode"),
                                            ::testing::Bool()),
                         [](const auto& each) {
                           return std::string(std::get<0>(each.param)) + (std::get<1>(each.param) ? "_std" : "_other");
                         });

}  // namespace
}  // namespace lightstick::runtime
