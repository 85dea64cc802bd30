// Random sessions, valid and invalid, against one node: it stays the same process, answers what it took, and at the end
// its histories hold what was answered. LIGHTSTICK_SECONDS says for how long (default: 4), LIGHTSTICK_SEED gives the same
// dice again (not the same run: the threads and the network have theirs).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <random>

#include "tests/support/environment.hpp"
#include "tests/support/node_test.hpp"
#include "tests/support/visits.hpp"

namespace lightstick::test {
namespace {

class sessions : public node_test {};

TEST_F(sessions, of_all_sorts_lose_nothing_and_leave_nothing_behind) {
  const auto seed = number_of("LIGHTSTICK_SEED", std::random_device{}());
  std::cout << "seed " << seed << "; the same dice again: LIGHTSTICK_SEED=" << seed << std::endl;
  auto& n = start_node({"--timeouts-header", "1s", "--timeouts-handshake", "1s", "--timeouts-idle", "1s",
                        "--timeouts-ping-after", "1s", "--timeouts-pong-within", "1s"});
  visits all(n, seed);
  all.run(steady::now() + seconds{number_of("LIGHTSTICK_SECONDS", 4)});
  ASSERT_TRUE(n.runs());
  EXPECT_TRUE(poll_until([&] { return n.metric("lightstick_gateway_connections_open") == 0; }));
  EXPECT_THAT(all.judge(), testing::IsEmpty());
  for (const auto& [what, count] : all.met()) std::cout << what << ": " << count << '\n';
  std::cout << all.committed() << " committed, " << all.withdrawn() << " of them withdrawn" << std::endl;
  EXPECT_GT(all.committed(), 0U);
  const auto end = n.terminate();
  EXPECT_EQ(end.exit_code, 0);
  EXPECT_EQ(end.signal, 0);
}

}  // namespace
}  // namespace lightstick::test
