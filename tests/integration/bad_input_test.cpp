// Bytes that nobody should send. The node answers others within 100 ms meanwhile, its memory comes back, and it is
// the same process at the end.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <system_error>

#include "tests/support/bad_bytes.hpp"
#include "tests/support/node_test.hpp"
#include "tests/support/pulse.hpp"

namespace lightstick::test {
namespace {

constexpr const char* usage =
    "Sends a real node what it should never get, while a healthy client measures its round trips.\n"
    "Takes about two minutes, at most 5. The last line is the verdict; the exit code is 0 only when all held.\n"
    "  LIGHTSTICK_SEED=N    replays the random bytes of a run (printed by the tests that use them)\n"
    "  LIGHTSTICK_BINARY    the node's program (default: lightstick here or one folder above)\n";

constexpr std::chrono::microseconds answer_within{100'000};  ///< p99 of a healthy client; the promise itself
constexpr std::size_t beats_min = 200;
constexpr std::uint64_t mebibyte = 1'048'576;
/// What may stay: caches of the allocator, a memtable of the healthy client's own messages.
constexpr std::uint64_t rss_slack_bytes = 16 * mebibyte;

std::chrono::microseconds worst_p99{0};
std::uint64_t most_kept_bytes = 0;
int attacks = 0;

std::uint64_t seed_of_this_run() {
  const char* text = std::getenv("LIGHTSTICK_SEED");
  const auto seed = text != nullptr ? std::strtoull(text, nullptr, 10) : std::random_device{}();
  std::cout << "seed " << seed << "; the same again: LIGHTSTICK_SEED=" << seed << std::endl;
  return seed;
}

class bad_input : public encoded_test {
 protected:
  /// In memory: a disk that stalls has no part in what bad bytes do to others.
  bad_input() {
    if (std::filesystem::is_directory("/dev/shm")) ::setenv("TMPDIR", "/dev/shm", 0);
  }

  /// Runs the attack at least twice: the first time warms the node up, then it is measured until there are enough round
  /// trips for a p99.
  template <class Attack>
  void endure(Attack&& attack, const std::vector<std::string>& options = {}) {
    auto& n = start_node(options);
    const auto pid = n.process().pid();
    {
      pulse warm_up(n, encoded());
      attack();
      EXPECT_EQ(warm_up.stop().failure, "");
    }
    wait_until_all_have_gone();
    const auto rss_before = n.process().rss_bytes();
    const auto files_before = n.process().open_files();

    pulse healthy(n, encoded());
    do {
      attack();
    } while (healthy.beats() < beats_min && !HasFailure());
    const auto report = healthy.stop();
    wait_until_all_have_gone();

    ASSERT_TRUE(n.runs());
    EXPECT_EQ(n.process().pid(), pid);
    EXPECT_EQ(report.failure, "");
    EXPECT_GT(report.beats, 0U);
    EXPECT_LE(report.p99, answer_within) << "p99 of " << report.beats << " round trips, in us";
    EXPECT_TRUE(poll_until([&] { return n.process().rss_bytes() <= rss_before + rss_slack_bytes; }, seconds{30}))
        << "RSS was " << rss_before / mebibyte << " MiB and stays at " << n.process().rss_bytes() / mebibyte;
    EXPECT_TRUE(poll_until([&] { return n.process().open_files() <= files_before + 2; }));
    tell(report, rss_before, n.process().rss_bytes());
  }

  static void tell(const pulse_report& r, std::uint64_t before, std::uint64_t after) {
    ++attacks;
    worst_p99 = std::max(worst_p99, r.p99);
    const auto kept = after > before ? after - before : 0;
    most_kept_bytes = std::max(most_kept_bytes, kept);
    const auto ms = [](std::chrono::microseconds t) { return static_cast<double>(t.count()) / 1'000; };
    std::cout << std::fixed << std::setprecision(2) << "healthy client: " << r.beats << " round trips, p50 "
              << ms(r.p50) << " ms, p99 " << ms(r.p99) << " ms, worst " << ms(r.worst) << " ms; RSS "
              << before / mebibyte << " -> " << after / mebibyte << " MiB" << std::endl;
  }

  void wait_until_all_have_gone() {
    EXPECT_TRUE(poll_until([this] { return the_node().metric("lightstick_gateway_connections_open") == 0; }))
        << the_node().metric("lightstick_gateway_connections_open") << " connections are still counted";
  }

  ws_client attacker(int number = 0) {
    auto client = the_node().enter(encoded(), "attacker" + std::to_string(number), "admin");
    client.join("target");
    return client;
  }

  /// Waits until the server has ended every one of these, reading what it says.
  static void expect_all_ended(std::vector<stream>& connections) {
    for (auto& c : connections) {
      ASSERT_NO_THROW(static_cast<void>(c.read_to_end()));
    }
  }
  /// Upgraded, and `hello` may be on its way.
  stream upgraded() {
    stream connection({.port = the_node().port()});
    connection.write(upgrade_request("x", "/v1/ws", "lightstick.v1." + std::string(to_string(encoded()))));
    std::string answer;
    while (answer.find("\r\n\r\n") == std::string::npos) {
      if (connection.read(answer) != stream::state::open) {
        throw connection_lost("no upgrade");
      }
    }
    return connection;
  }
};
LIGHTSTICK_BOTH_ENCODINGS(bad_input);

TEST_P(bad_input, bytes_that_are_no_frame_close_that_connection_only) {
  endure([this] {
    for (const auto& bad : no_frames(encoded())) {
      auto client = attacker();
      client.send_message(client.data_opcode(), bad.bytes);
      const auto code = client.closed();
      // Beast refuses text that is not UTF-8 itself, with the RFC's own code.
      ASSERT_TRUE(code == 4007 || code == 1007) << bad.name << ": " << code;
    }
  });
}

TEST_P(bad_input, wrong_frames_are_answered_and_the_connection_stays) {
  endure(
      [this] {
        auto client = attacker();
        for (auto& frame : wrong_frames("target")) {
          client.send_value(frame);
          try {
            static_cast<void>(client.answer(7));
          } catch (const connection_lost&) {
            // A token that is no good may end the connection, nothing else.
            ASSERT_EQ(client.closed(), 4001) << frame;
            client = attacker();
          }
        }
      },
      {"--rates-requests", "unlimited"});
}

TEST_P(bad_input, random_frames_are_answered_or_close) {
  std::mt19937_64 random(seed_of_this_run());
  const auto valid = encode(encoded(), whole_publish("target"));
  endure(
      [&] {
        // A mutation may carry any small id, that of a ping too; none hits one of these.
        const auto enter = [this] {
          auto entered = attacker();
          entered.count_ids_from(1ULL << 40);
          return entered;
        };
        auto client = enter();
        for (int i = 0; i < 1'500; ++i) {
          const auto bytes = i % 2 == 0 ? random_bytes(random, 200) : mutate(random, valid);
          try {
            client.send_message(client.data_opcode(), bytes);
            client.ok({{"op", "ping"}});
          } catch (const connection_lost&) {
            const auto code = client.closed();
            ASSERT_TRUE(code == 4007 || code == 1007) << code << " after " << i;
            client = enter();
          }
        }
      },
      {"--rates-requests", "unlimited"});
}

TEST_P(bad_input, frames_that_rfc_6455_forbids_end_the_connection) {
  endure(
      [this] {
        std::vector<stream> ending;
        for (int times = 0; times < 3; ++times) {
          for (const auto& bad : no_websocket(encoded())) {
            SCOPED_TRACE(bad.name);
            try {
              ending.push_back(upgraded());
              ending.back().write(bad.bytes);
            } catch (const std::system_error&) {
              // Ended before all of it was sent.
            }
          }
        }
        expect_all_ended(ending);
      },
      {"--timeouts-handshake", "500ms"});
}

TEST_P(bad_input, what_is_no_http_is_refused_on_both_listeners) {
  endure(
      [this] {
        for (const auto port : {the_node().port(), the_node().admin_port()}) {
          for (const auto& bad : no_http()) {
            SCOPED_TRACE(bad.name);
            stream connection({.port = port});
            try {
              connection.write(bad.bytes);
            } catch (const std::system_error&) {
              // Ended before all of it was sent.
            }
            std::string said;
            ASSERT_NO_THROW(said = connection.read_to_end());
            EXPECT_TRUE(said.empty() || said.starts_with("HTTP/1.1 4") || said.starts_with("HTTP/1.1 5")) << said;
          }
        }
      },
      {"--timeouts-header", "500ms", "--timeouts-idle", "500ms"});
}

TEST_P(bad_input, silent_and_half_open_sockets_are_ended) {
  endure(
      [this] {
        const dial_options here{.port = the_node().port()};
        std::vector<stream> silent;
        std::vector<ws_client> members;
        for (int i = 0; i < 40; ++i) {
          silent.emplace_back(here);
          silent.emplace_back(here).write("GET / HTTP/1.1\r\nHos");
          silent.emplace_back(dial_options{.port = the_node().admin_port()}).write("GET /metrics HTTP/1.1\r\n");
          silent.push_back(upgraded());
          silent.push_back(upgraded());
          silent.back().write(ws_frame_header(opcode::text, 1'000) + "a part of it");
          silent.emplace_back(here).shutdown_write();
          upgraded().reset();
          stream(here).reset();
          // A member whose machine has lost its power: it neither reads, nor answers, nor says that it has gone.
          members.push_back(attacker(i));
        }
        for (auto& m : members) {
          m.answer_pings(false);
        }
        expect_all_ended(silent);
        for (auto& m : members) {
          EXPECT_EQ(m.closed(), 4201);
        }
      },
      {"--timeouts-header", "1s", "--timeouts-handshake", "1s", "--timeouts-idle", "1s", "--timeouts-ping-after", "1s",
       "--timeouts-pong-within", "1s"});
}

TEST_P(bad_input, two_hundred_connections_of_one_byte_a_second_disturb_nobody) {
  endure([this] {
    // 50 each: the head of a request, an upgrade, an `auth`, a frame of a member. The node's own time limits apply.
    struct trickle {
      stream connection;
      std::string bytes;
    };
    std::vector<trickle> outsiders;
    std::vector<trickle> unknown;
    std::vector<ws_client> members;
    const auto frame = ws_frame(encoded() == encoding::json ? opcode::text : opcode::binary,
                                encode(encoded(), whole_publish("target")));
    for (int i = 0; i < 50; ++i) {
      outsiders.push_back({stream({.port = the_node().port()}), "GET /healthz HTTP/1.1\r\nHost: somewhere\r\n\r\n"});
      outsiders.push_back({stream({.port = the_node().port()}), upgrade_request("x", "/v1/ws", "")});
      unknown.push_back({upgraded(), frame});
      members.push_back(attacker(i));
    }
    for (std::size_t second = 0; second < 12; ++second) {
      const auto next = steady::now() + seconds{1};
      for (auto* group : {&outsiders, &unknown}) {
        for (auto& t : *group) {
          t.connection.try_write(t.bytes.substr(second, 1));
        }
      }
      for (auto& m : members) {
        m.raw().try_write(frame.substr(second, 1));
      }
      std::this_thread::sleep_until(next);
    }
    // 10 s are all that one gets to say what one wants; a member may take its time.
    for (auto* group : {&outsiders, &unknown}) {
      for (auto& t : *group) {
        ASSERT_NO_THROW(static_cast<void>(t.connection.read_to_end()));
      }
    }
    for (auto& m : members) {
      m.read_for(milliseconds{0});
      EXPECT_TRUE(m.is_open());
    }
  });
}

TEST_P(bad_input, who_asks_and_never_reads_the_answers_holds_little) {
  std::uint64_t peak = 0;
  const auto ask = [&] {
    {
      auto writer = attacker();
      for (int i = 0; i < 100; ++i) {
        writer.publish("target", std::string(4'000, 'x'));
      }
    }
    auto options = the_node().to(encoded());
    options.dial.receive_buffer_bytes = 4'096;
    std::vector<ws_client> askers;
    for (int i = 0; i < 20; ++i) {
      auto& client = askers.emplace_back(options);
      client.auth(the_node().token("asker" + std::to_string(i), "admin"));
      client.join("target");
    }
    const auto frame = ws_frame(
        askers.front().data_opcode(),
        encode(encoded(), value::map{{"op", "history"}, {"id", 1}, {"room", "target"}, {"after", 0}, {"limit", 60}}));
    for (int round = 0; round < 200; ++round) {
      for (auto& client : askers) {
        client.raw().try_write(frame);
      }
      peak = std::max(peak, the_node().process().rss_bytes());
    }
    std::this_thread::sleep_for(seconds{1});
    peak = std::max(peak, the_node().process().rss_bytes());
  };
  endure(ask, {"--rates-requests", "unlimited"});
  // 200 requests of 240 KB by 20 askers are 960 MB; each may hold 1 MiB, and as much again on its way there.
  EXPECT_LT(peak, 200 * mebibyte);
}

TEST_P(bad_input, a_flood_of_connections_leaves_nothing_behind) {
  endure([this] {
    for (int i = 0; i < 1'000; ++i) {
      stream connection({.port = the_node().port()});
      if (i % 3 == 0) {
        connection.reset();
      } else if (i % 3 == 1) {
        connection.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
      }
    }
  });
}

}  // namespace
}  // namespace lightstick::test

int main(int argc, char** argv) {
  using namespace lightstick::test;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--help") == 0) {
      std::cout << usage;
      return 0;
    }
  }
  testing::InitGoogleTest(&argc, argv);
  const int failed = RUN_ALL_TESTS();
  if (attacks > 0) {
    std::cout << (failed == 0 ? "held: " : "failed: ") << attacks << " attacks, worst p99 of a healthy client "
              << static_cast<double>(worst_p99.count()) / 1'000 << " ms, at most "
              << static_cast<double>(most_kept_bytes) / mebibyte << " MiB kept" << std::endl;
  }
  return failed;
}
