// The framing of RFC 6455, with its examples.
#include "gateway/ws/frame.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "gateway/ws/handshake.hpp"
#include "gateway/ws/reader.hpp"
#include "ws_frames.hpp"

namespace lightstick::gateway::ws {
namespace {

using namespace std::string_view_literals;
using what = arrival::what;

constexpr std::size_t most = 70'000;

std::string told(const arrival& a) {
  switch (a.kind) {
    case what::message: return (a.text ? "text " : "binary ") + std::string(a.payload);
    case what::ping: return "ping " + std::string(a.payload);
    case what::pong: return "pong " + std::string(a.payload);
    case what::close: return "close " + std::to_string(a.code) + " " + std::string(a.payload);
    case what::too_long: return "too long";
    case what::broken: return "broken " + std::to_string(a.code);
  }
  return "";
}

/// What is heard when the bytes come in parts of `step`.
std::vector<std::string> heard(std::string bytes, std::size_t step, std::size_t message_max = most) {
  reader r(message_max);
  std::vector<std::string> out;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    auto part = std::span(bytes).subspan(at, std::min(step, bytes.size() - at));
    while (auto a = r.next(part)) out.push_back(told(*a));
    EXPECT_TRUE(part.empty());
  }
  return out;
}

void expect_heard(const std::string& bytes, const std::vector<std::string>& want) {
  for (const std::size_t step : {1UL, 2UL, 3UL, 7UL, 4'096UL, 1'000'000UL}) {
    EXPECT_EQ(heard(bytes, step), want) << "in parts of " << step;
  }
}

TEST(ws_frame_test, what_the_server_says_has_the_shortest_head) {
  EXPECT_EQ(prepared(opcode::text, "Hello").bytes(), "\x81\x05Hello");
  EXPECT_EQ(prepared(opcode::ping, "").bytes(), "\x89\x00"sv);
  EXPECT_EQ(prepared(opcode::text, std::string(125, 'x')).bytes().substr(0, 3), "\x81\x7dx");
  EXPECT_EQ(prepared(opcode::binary, std::string(126, 'x')).bytes().substr(0, 5), "\x82\x7e\x00\x7ex"sv);
  EXPECT_EQ(prepared(opcode::binary, std::string(256, 'x')).bytes().substr(0, 5), "\x82\x7e\x01\x00x"sv);
  EXPECT_EQ(prepared(opcode::binary, std::string(65'536, 'x')).bytes().substr(0, 11),
            "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00x"sv);
  for (const std::size_t size : {0UL, 125UL, 126UL, 65'535UL, 65'536UL}) {
    EXPECT_EQ(prepared(opcode::text, std::string(size, 'x')).payload(), std::string(size, 'x'));
  }
}

TEST(ws_frame_test, a_close_frame_has_code_and_reason_within_its_bound) {
  EXPECT_EQ(close_frame(4001, "no").bytes(), "\x88\x04\x0f\xa1no");
  EXPECT_EQ(close_frame(0, "not told").bytes(), "\x88\x00"sv);
  EXPECT_EQ(close_frame(1000, std::string(500, 'x')).size(), 2 + control_bytes_max);
}

TEST(ws_frame_test, the_examples_of_the_rfc_are_heard) {
  expect_heard("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", {"text Hello"});
  expect_heard(masked(opcode::text, "Hel", false) + masked(opcode::continuation, "lo"), {"text Hello"});
  expect_heard(masked(opcode::ping, "Hello") + masked(opcode::pong, "Hello"), {"ping Hello", "pong Hello"});
  expect_heard(masked(opcode::binary, std::string(256, 'b')), {"binary " + std::string(256, 'b')});
  expect_heard(masked(opcode::binary, std::string(65'536, 'b')), {"binary " + std::string(65'536, 'b')});
  EXPECT_EQ(accept_value("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(ws_frame_test, control_frames_come_between_the_fragments_of_a_message) {
  expect_heard(masked(opcode::text, "안", false) + masked(opcode::ping, "1") + masked(opcode::continuation, "", false) +
                   masked(opcode::pong, "") + masked(opcode::continuation, "녕") + masked(opcode::text, ""),
               {"ping 1", "pong ", "text 안녕", "text "});
}

TEST(ws_frame_test, a_character_may_be_split_between_fragments_and_not_broken) {
  const std::string heart = "💜";
  expect_heard(masked(opcode::text, heart.substr(0, 1), false) + masked(opcode::continuation, heart.substr(1)),
               {"text 💜"});
  expect_heard(masked(opcode::text, heart.substr(0, 3)), {"broken 1007"});
  expect_heard(masked(opcode::text, "\xc3", false) + masked(opcode::continuation, "("), {"broken 1007"});
  expect_heard(masked(opcode::binary, heart.substr(0, 3)), {"binary " + heart.substr(0, 3)});
}

TEST(ws_frame_test, what_the_rfc_forbids_is_broken_and_nothing_follows) {
  const auto after = masked(opcode::text, "after");
  const auto with_bit = [](std::size_t at, char bit) {
    auto frame = masked(opcode::text, "x");
    frame[at] = static_cast<char>(frame[at] ^ bit);
    return frame;
  };
  expect_heard(with_bit(0, '\x40') + after, {"broken 1002"});
  expect_heard(with_bit(0, '\x10') + after, {"broken 1002"});
  expect_heard(with_bit(0, '\x02') + after, {"broken 1002"});
  expect_heard("\x81\x05Hello" + after, {"broken 1002"});
  expect_heard(masked(opcode::continuation, "x") + after, {"broken 1002"});
  expect_heard(masked(opcode::text, "x", false) + after, {"broken 1002"});
  expect_heard(masked(opcode::ping, "x", false) + after, {"broken 1002"});
  expect_heard(masked(opcode::ping, std::string(126, 'x')) + after, {"broken 1002"});
  expect_heard(masked(opcode::close, "x") + after, {"broken 1002"});
  for (const auto code : {"\x03\xe7"sv, "\x03\xec"sv, "\x03\xed"sv, "\x03\xee"sv, "\x03\xf7"sv, "\x13\x88"sv}) {
    expect_heard(masked(opcode::close, code) + after, {"broken 1002"});
  }
  expect_heard(masked(opcode::close, "\x03\xe8\xff") + after, {"broken 1007"});
}

TEST(ws_frame_test, nothing_counts_after_a_close) {
  const auto after = masked(opcode::text, "after");
  expect_heard(masked(opcode::close, "") + after, {"close 0 "});
  expect_heard(masked(opcode::close,
                      "\x03\xe8"
                      "bye") +
                   after,
               {"close 1000 bye"});
  expect_heard(masked(opcode::close, "\x0f\xa1") + after, {"close 4001 "});
}

TEST(ws_frame_test, a_message_at_the_bound_is_heard_and_one_beyond_it_ends_the_reading_at_its_head) {
  const auto fits = masked(opcode::text, std::string(300, 'x'));
  EXPECT_EQ(heard(fits, 50, 300), std::vector<std::string>{"text " + std::string(300, 'x')});
  EXPECT_EQ(heard(fits.substr(0, 8), 3, 299), std::vector<std::string>{"too long"});
  const auto fragments =
      masked(opcode::text, std::string(200, 'x'), false) + masked(opcode::continuation, std::string(100, 'y'));
  EXPECT_EQ(heard(fragments, 10, 300).size(), 1U);
  EXPECT_EQ(heard(fragments, 10, 299), std::vector<std::string>{"too long"});
  // A length that no memory holds.
  EXPECT_EQ(heard("\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff"
                  "mask",
                  5, 300),
            std::vector<std::string>{"too long"});
}

TEST(ws_frame_test, a_silent_peer_costs_nothing) {
  const auto nothing = reader(most).kept_bytes();
  reader r(most);
  for (const auto& said :
       {masked(opcode::text, std::string(1'000, 'x')),
        masked(opcode::text, std::string(500, 'x'), false) + masked(opcode::continuation, std::string(500, 'x'))}) {
    auto bytes = said;
    auto first = std::span(bytes).first(700);
    EXPECT_FALSE(r.next(first));
    EXPECT_GE(r.kept_bytes(), 500U);
    auto rest = std::span(bytes).subspan(700);
    EXPECT_TRUE(r.next(rest));
    EXPECT_FALSE(r.next(rest));
    EXPECT_EQ(r.kept_bytes(), nothing);
  }
}

TEST(ws_frame_test, a_key_is_sixteen_bytes_in_base64) {
  EXPECT_TRUE(valid_key("dGhlIHNhbXBsZSBub25jZQ=="));
  EXPECT_TRUE(valid_key("++//++//++//++//++//+A=="));
  for (const auto* bad : {"", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25jZ===",
                          "dGhlIHNhbXBsZSBub2 jZQ==", "dGhlIHNhbXBsZSBub25jZQAA"}) {
    EXPECT_FALSE(valid_key(bad)) << bad;
  }
}

}  // namespace
}  // namespace lightstick::gateway::ws
