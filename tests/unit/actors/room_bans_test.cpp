#include <gtest/gtest.h>

#include <algorithm>

#include "actors/session/messages.hpp"
#include "tests/support/room_orders.hpp"

namespace lightstick::actors::room {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

std::vector<std::string> put_out(const room_driver& d) {
  std::vector<std::string> out;
  for (const auto& [to, told] : d.ctx->told_bodies<session::banned>()) out.push_back(to.key);
  std::ranges::sort(out);
  return out;
}

join with_device(const std::string& session, const std::string& user, const std::string& device) {
  auto j = come(user, 0);
  j.session = session_id{session};
  j.device = device_id{device};
  return j;
}

TEST(room_bans, a_ban_ends_every_session_of_the_user_and_refuses_new_ones) {
  room_driver d;
  d.enter(with_device("s1", "mina", "phone"));
  d.enter(with_device("s2", "mina", "web"));
  d.enter(with_device("s3", "jun", "phone"));
  ASSERT_FALSE(carry_out(d, lasting(act::ban, "mina", minutes{5})).error());
  EXPECT_EQ(put_out(d), (std::vector<std::string>{"s1", "s2"}));
  EXPECT_EQ(d.seen("sessions"), "1");
  auto refused = d.enter(with_device("s4", "mina", "other"));
  EXPECT_EQ(refused.error(), code(errc::forbidden));
  EXPECT_EQ(refused.get().error().detail, "banned: because");
  EXPECT_EQ(refused.get().error().retry_after, minutes{5});
  EXPECT_FALSE(d.enter(with_device("s5", "yuna", "phone")).error()) << "the device is free";
  d.restart();
  auto unknown = say("mina", "hello");
  EXPECT_EQ(d.post(unknown).error(), code(errc::forbidden)) << "while the roll is called";
  EXPECT_EQ(d.enter(with_device("s6", "mina", "web")).error(), code(errc::forbidden));
  d.ctx->advance(minutes{5});
  EXPECT_FALSE(d.enter(with_device("s6", "mina", "web")).error());
}

TEST(room_bans, a_ban_of_devices_holds_whoever_has_them) {
  room_driver d;
  d.enter(with_device("s1", "mina", "phone"));
  d.enter(with_device("s2", "jun", "phone"));
  d.enter(with_device("s3", "jun", "web"));
  auto ban = order(act::ban, "mina");
  ban.devices = true;
  ASSERT_FALSE(carry_out(d, ban).error());
  EXPECT_EQ(put_out(d), (std::vector<std::string>{"s1", "s2"}));
  EXPECT_EQ(d.enter(with_device("s4", "yuna", "phone")).error(), code(errc::forbidden));
  ASSERT_FALSE(carry_out(d, order(act::unban, "mina")).error());
  EXPECT_FALSE(d.enter(with_device("s4", "yuna", "phone")).error());
  EXPECT_FALSE(d.enter(with_device("s1", "mina", "web")).error());
}

TEST(room_bans, a_session_that_cannot_be_told_is_told_later) {
  room_driver d;
  d.enter(with_device("s1", "mina", "phone"));
  d.ctx->tell_errors["session/s1"] = {make_error_code(lightstick::errc::overloaded), "full"};
  ASSERT_FALSE(carry_out(d, order(act::ban, "mina")).error());
  EXPECT_TRUE(put_out(d).empty());
  EXPECT_FALSE(d.logic->passive());
  d.ctx->tell_errors.clear();
  d.ctx->advance(seconds{1});
  EXPECT_EQ(put_out(d), (std::vector<std::string>{"s1"}));
}

TEST(room_bans, nobody_is_put_out_before_the_ban_is_durable) {
  room_driver d;
  d.enter(with_device("s1", "mina", "phone"));
  auto done = d.ctx->send<moderated>(order(act::ban, "mina"));
  EXPECT_TRUE(put_out(d).empty());
  ASSERT_TRUE(d.ctx->fail_commits());
  d.ctx->settle();
  EXPECT_TRUE(done.error());
  EXPECT_TRUE(put_out(d).empty());
  EXPECT_FALSE(d.enter(with_device("s2", "mina", "web")).error());
}

}  // namespace
}  // namespace lightstick::actors::room
