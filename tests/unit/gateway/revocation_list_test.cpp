#include "gateway/auth/revocation_list.hpp"

#include <gtest/gtest.h>

namespace lightstick::gateway::auth {
namespace {

constexpr wall_ms now{1'790'000'000'000};
constexpr wall_ms later{now.value + 1'000};
constexpr wall_ms end{now.value + 60'000};

token_name token(const std::string& user, const std::string& jti, wall_ms issued) {
  return {user_id{user}, jti, issued};
}

TEST(revocation_list, refuses_a_user_s_tokens_that_were_issued_before) {
  revocation_list list;
  list.add({true, "17", now, end}, now);
  EXPECT_TRUE(list.refuses(token("17", "", {now.value - 1}), later));
  EXPECT_TRUE(list.refuses(token("17", "", now), later));
  EXPECT_TRUE(list.refuses(token("17", "", {}), later)) << "it does not say when";
  EXPECT_FALSE(list.refuses(token("17", "", {now.value + 1}), later)) << "a later log-in";
  EXPECT_FALSE(list.refuses(token("18", "17", {now.value - 1}), later)) << "17 is a user here";
}

TEST(revocation_list, refuses_a_token_by_its_name) {
  revocation_list list;
  list.add({false, "t-1", now, end}, now);
  EXPECT_TRUE(list.refuses(token("17", "t-1", later), later));
  EXPECT_FALSE(list.refuses(token("17", "t-2", {}), later));
  EXPECT_FALSE(list.refuses(token("t-1", "", {}), later));
  list.add({false, "", now, end}, now);
  EXPECT_FALSE(list.refuses(token("17", "", {}), later)) << "no name is nobody's name";
}

TEST(revocation_list, forgets_what_has_expired) {
  revocation_list list;
  list.add({true, "17", now, later}, now);
  EXPECT_FALSE(list.refuses(token("17", "", {}), later));
  EXPECT_EQ(list.size(), 1U);
  list.add({true, "18", later, end}, later);
  EXPECT_EQ(list.size(), 1U) << "it does not grow for ever";
}

TEST(revocation_list, keeps_what_was_added_while_it_was_being_learned) {
  revocation_list list;
  EXPECT_TRUE(list.known());
  list.forget();
  EXPECT_FALSE(list.known());
  list.add({true, "17", later, end}, now);
  list.know({{true, "17", now, end}, {true, "18", now, end}});
  EXPECT_TRUE(list.known());
  EXPECT_TRUE(list.refuses(token("17", "", later), later)) << "the newer one counts";
  EXPECT_TRUE(list.refuses(token("18", "", now), later));
}

}  // namespace
}  // namespace lightstick::gateway::auth
