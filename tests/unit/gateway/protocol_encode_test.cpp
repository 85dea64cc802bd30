// What the golden bytes do not show: what clients are not told, and what is left out.
#include <gtest/gtest.h>

#include "gateway/protocol/frames.hpp"
#include "gateway/wire/msgpack_codec.hpp"

namespace lightstick::gateway::protocol {
namespace {

using namespace std::string_literals;

std::string refused(error e, std::optional<std::chrono::milliseconds> retry = std::nullopt) {
  return refusal(encoding::json, 4, {std::move(e), retry});
}

template <class Errc>
error about(Errc code, std::string detail) {
  return {make_error_code(code), std::move(detail)};
}

TEST(refusal, never_shows_what_is_inside) {
  const auto secret = "sst file 000123 of /var/lib/lightstick";
  EXPECT_EQ(refused(about(actors::errc::internal, secret)), R"({"id":4,"err":{"code":100,"msg":"internal error"}})");
  EXPECT_EQ(refused(about(lightstick::errc::corrupt, secret)), R"({"id":4,"err":{"code":100,"msg":"internal error"}})");
  EXPECT_EQ(refused(about(actors::errc::unavailable, secret)), R"({"id":4,"err":{"code":131,"msg":"unavailable"}})");
  EXPECT_EQ(refused(about(lightstick::errc::timed_out, secret)), R"({"id":4,"err":{"code":131,"msg":"unavailable"}})");
  EXPECT_EQ(refused(about(actors::errc::unauthenticated, secret)),
            R"({"id":4,"err":{"code":101,"msg":"unauthenticated"}})");
  EXPECT_EQ(refused(about(lightstick::errc::denied, secret)), R"({"id":4,"err":{"code":103,"msg":"forbidden"}})");
  EXPECT_EQ(refused(about(lightstick::errc::overloaded, secret)), R"({"id":4,"err":{"code":130,"msg":"overloaded"}})");
}

TEST(refusal, shows_the_detail_of_a_bad_request_that_was_written_for_clients) {
  EXPECT_EQ(refused(about(actors::errc::bad_request, "limit \"x\"")),
            R"({"id":4,"err":{"code":107,"msg":"bad request: limit \"x\""}})");
  EXPECT_EQ(refused(about(actors::errc::bad_request, "")), R"({"id":4,"err":{"code":107,"msg":"bad request"}})");
  EXPECT_EQ(refused(about(lightstick::errc::invalid, "record version 9")),
            R"({"id":4,"err":{"code":107,"msg":"bad request"}})");
}

TEST(refusal, tells_people_what_they_may_not_do) {
  EXPECT_EQ(refused(about(actors::errc::forbidden, "banned: spam")),
            R"({"id":4,"err":{"code":103,"msg":"forbidden: banned: spam"}})");
  EXPECT_EQ(refused(about(actors::errc::muted, "spam")), R"({"id":4,"err":{"code":120,"msg":"muted: spam"}})");
}

TEST(refusal, tells_a_time_that_is_never_negative) {
  EXPECT_EQ(refused(about(actors::errc::rate_limited, ""), std::chrono::milliseconds(-5)),
            R"({"id":4,"err":{"code":111,"msg":"rate limited","retry_ms":0}})");
}

TEST(refusal, of_a_join_tells_when_to_come_again) {
  namespace session = actors::session;
  auto busy = about(lightstick::errc::overloaded, "mailbox");
  EXPECT_EQ(answer(encoding::json, 4, session::join_result{room_id("a"), fail(error{busy}), {}}),
            R"({"id":4,"err":{"code":130,"msg":"overloaded","retry_ms":1000}})");
  busy.retry_after = std::chrono::milliseconds{70};
  EXPECT_EQ(answer(encoding::json, 4, session::join_result{room_id("a"), fail(error{busy}), {}}),
            R"({"id":4,"err":{"code":130,"msg":"overloaded","retry_ms":70}})");
  session::welcome w;
  w.rooms.push_back({room_id("a"), fail(error{busy}), {}});
  EXPECT_NE(answer(encoding::json, 4, std::move(w)).find(R"("retry_ms":70)"), std::string::npos);
}

std::string shown(encoding e, std::string data) {
  actors::chat_message m;
  m.off = offset(1);
  m.data = std::move(data);
  auto message = std::make_shared<const actors::chat_message>(std::move(m));
  return messages(e, room_id("a"), std::vector<actors::chat_message_ptr>{message});
}

TEST(messages, leave_out_data_that_is_not_one_whole_map) {
  for (auto e : {encoding::json, encoding::msgpack}) {
    const auto plain = shown(e, "");
    for (const auto& damaged : {"\x81\xA1k"s, "\xC1"s, "\x90"s, "\xA1x"s, "\x80\x80"s, "\x81\xA1k\xC4\x01x"s}) {
      EXPECT_EQ(shown(e, damaged), plain);
    }
    EXPECT_NE(shown(e, "\x80"s), plain);
  }
}

TEST(messages, show_data_of_any_shape_that_an_operator_may_allow) {
  const auto wide = "\x81\xA1k\xDC\x3E\x80"s + std::string(16'000, '\x01');
  std::string deep = "\x80"s;
  for (int i = 0; i < 29; ++i) deep = "\x81\xA1k"s + deep;
  for (auto e : {encoding::json, encoding::msgpack}) {
    for (const auto& data : {wide, deep}) EXPECT_GT(shown(e, data).size(), shown(e, "").size() + 80);
  }
}

TEST(messages, escape_what_people_wrote) {
  actors::chat_message m;
  m.off = offset(1);
  m.name = "\"}]";
  m.text = "</script>\",\"role\":\"admin\n\x01";
  auto message = std::make_shared<const actors::chat_message>(std::move(m));
  EXPECT_EQ(messages(encoding::json, room_id("a\\"), std::vector<actors::chat_message_ptr>{message}),
            R"({"op":"msgs","room":"a\\","msgs":[{"off":1,"ts":0,"user":"","name":"\"}]","role":"fan",)"
            R"("text":"</script>\",\"role\":\"admin\n\u0001"}]})");
}

}  // namespace
}  // namespace lightstick::gateway::protocol
