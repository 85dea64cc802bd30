#include <gtest/gtest.h>

#include "tests/support/session_driver.hpp"

namespace lightstick::actors::session {
namespace {

class session_gate : public ::testing::Test {
 protected:
  static options gated(bool opens = false) {
    options how;
    how.gated = true;
    how.gate_opens = opens;
    how.gate_limit = std::chrono::seconds{3};
    how.publish_rate[0] = {0, 0};
    return how;
  }
  static publish say(request_id id) { return {id, aurora, "", "m" + std::to_string(id), {}, {}, {}}; }
  static runtime::message_ptr verdict(bool allowed) {
    return runtime::make_message(gate::verdict{allowed, allowed ? "" : "spam"});
  }
  /// What the room was asked to publish by now.
  static std::vector<std::string> said(session_driver& s) {
    std::vector<std::string> out;
    for (const auto& a : s.ctx.asks) {
      if (const auto* p = runtime::body_of<room::publish>(*a.body)) out.push_back(p->text);
    }
    return out;
  }
};

TEST_F(session_gate, a_message_goes_to_its_room_when_it_may_and_in_the_order_it_was_said) {
  session_driver s(gated());
  s.be_in();
  for (request_id id = 1; id <= 3; ++id) s.send(say(id));
  EXPECT_TRUE(said(s).empty());
  auto first = s.ctx.take_ask<gate::question>();
  auto second = s.ctx.take_ask<gate::question>();
  auto third = s.ctx.take_ask<gate::question>();
  EXPECT_EQ(first.limit, std::chrono::seconds{3});
  EXPECT_EQ(runtime::body_of<gate::question>(*first.body)->text, "m1");
  third.done(verdict(true), s.ctx);
  second.done(verdict(false), s.ctx);
  EXPECT_TRUE(said(s).empty());
  EXPECT_TRUE(s.port->refusals.empty());
  first.done(verdict(true), s.ctx);
  EXPECT_EQ(said(s), (std::vector<std::string>{"m1", "m3"}));
  ASSERT_EQ(s.port->refusals.size(), 1U);
  EXPECT_EQ(s.port->refusals[0].first, 2U);
  EXPECT_EQ(s.port->last_refusal(), code(errc::filtered));
}

TEST_F(session_gate, without_an_answer_it_is_refused_or_said_as_set) {
  for (const bool opens : {false, true}) {
    session_driver s(gated(opens));
    s.be_in();
    s.send(say(1));
    s.ctx.refuse_ask<gate::question>(failure(lightstick::errc::timed_out));
    EXPECT_EQ(said(s).size(), opens ? 1U : 0U);
    EXPECT_EQ(s.port->last_refusal(), opens ? std::error_code{} : code(errc::unavailable));
  }
}

TEST_F(session_gate, a_room_that_was_left_meanwhile_hears_nothing) {
  session_driver s(gated());
  s.be_in();
  s.send(say(1));
  s.send(leave{2, aurora});
  s.ctx.answer_ask<user::leave_room>(user::room_cursor{aurora, offset{}});
  s.ctx.answer_ask<gate::question>(gate::verdict{});
  EXPECT_TRUE(said(s).empty());
  EXPECT_EQ(s.port->last_refusal(), code(errc::forbidden));
}

TEST_F(session_gate, who_is_no_fan_is_not_asked_about) {
  auto haru = session_driver::mina();
  haru.as = role::artist;
  session_driver s(gated(), haru);
  s.be_in();
  s.send(say(1));
  EXPECT_EQ(said(s).size(), 1U);
}

TEST_F(session_gate, only_so_many_messages_wait) {
  session_driver s(gated());
  s.be_in();
  for (request_id id = 1; id <= session_logic::held_max; ++id) s.send(say(id));
  EXPECT_TRUE(s.port->refusals.empty());
  s.send(say(1'000));
  EXPECT_EQ(s.port->last_refusal(), code(errc::overloaded));
  s.ctx.answer_ask<gate::question>(gate::verdict{});
  s.send(say(1'001));
  EXPECT_EQ(s.port->refusals.size(), 1U);
}

}  // namespace
}  // namespace lightstick::actors::session
