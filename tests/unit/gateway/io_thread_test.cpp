// What goes wrong on an I/O thread must not end what it does for others.
#include "gateway/net/io_thread.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "gateway/net/acceptor.hpp"
#include "gateway/net/listener.hpp"

namespace lightstick::gateway::net {
namespace {

using namespace std::chrono_literals;

struct failing final : tracked {
  std::atomic<int> aborts{0};
  void sweep(steady_time /*now*/) override { throw std::bad_alloc(); }
  void drain(steady_time /*until*/) override { throw std::bad_alloc(); }
  void abort() override { ++aborts; }
};

struct counting final : tracked {
  std::atomic<int> sweeps{0};
  std::atomic<int> drains{0};
  void sweep(steady_time /*now*/) override { ++sweeps; }
  void drain(steady_time /*until*/) override { ++drains; }
  void abort() override {}
};

class io_thread_test : public ::testing::Test {
 protected:
  io_thread_test()
      : shared(opts(), {}, auth::token_authority::make(std::string(32, 'k')).value(), system_clock_source(), registry) {
    thread.emplace(shared, 0, "test");
  }
  static options opts() {
    options o;
    o.ping_after = 80ms;
    return o;
  }
  template <class Done>
  static bool soon(Done&& done) {
    for (int i = 0; i < 500 && !done(); ++i) std::this_thread::sleep_for(10ms);
    return done();
  }
  void end() {
    thread->stop();
    thread->join();
  }
  metrics registry;
  core shared;
  std::optional<io_thread> thread;
};

TEST_F(io_thread_test, one_that_fails_does_not_end_the_deadlines_of_the_others) {
  failing first;
  counting second;
  thread->track(first);
  thread->track(second);
  thread->start();
  EXPECT_TRUE(soon([&] { return second.sweeps >= 3; }));
  EXPECT_GE(first.aborts, 2);
  thread->post([&] { thread->drain(steady_time::max()); });
  EXPECT_TRUE(soon([&] { return second.drains == 1; }));
  end();
}

TEST_F(io_thread_test, a_listener_that_only_fails_does_not_spin) {
  endpoint at;
  auto opened = open_listeners(at, "client", {&*thread});
  ASSERT_TRUE(opened) << opened.error().to_string();
  ASSERT_EQ(::shutdown(opened->front().native_handle(), SHUT_RD), 0);  // accept says EINVAL from now on
  const http_config config;
  {
    acceptor listening(*thread, std::move(opened->front()), config, shared.limits);
    listening.start();
    thread->start();
    EXPECT_TRUE(soon([&] { return shared.counts.accept_failures.value() >= 2; })) << "it goes on trying";
    const auto before = shared.counts.accept_failures.value();
    std::this_thread::sleep_for(500ms);
    EXPECT_LE(shared.counts.accept_failures.value() - before, 4U);
    thread->post([&] { listening.close(); });
    end();
  }
  thread.reset();
}

}  // namespace
}  // namespace lightstick::gateway::net
