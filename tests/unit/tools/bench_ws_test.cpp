#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "binary.hpp"
#include "tools/bench/ws/dialect.hpp"
#include "tools/bench/ws/frames.hpp"
#include "tools/bench/ws/histogram.hpp"
#include "tools/bench/ws/measure.hpp"
#include "tools/bench/ws/stamp.hpp"

namespace lightstick::tools::bench::ws {
namespace {

using std::chrono::nanoseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

TEST(bench_histogram, tells_percentiles_within_its_width) {
  histogram h;
  for (int i = 1; i <= 100'000; ++i) h.add(nanoseconds{i * 1'000});
  EXPECT_EQ(h.count(), 100'000U);
  EXPECT_EQ(h.most(), nanoseconds{100'000'000});
  for (const auto part : {0.001, 0.5, 0.9, 0.99, 0.999}) {
    const auto exact = part * 1e8;
    EXPECT_GE(static_cast<double>(h.at(part).count()), exact) << part;
    EXPECT_LE(static_cast<double>(h.at(part).count()), exact * 1.016) << part;
  }
  EXPECT_EQ(h.at(1), h.most());
}

TEST(bench_histogram, holds_the_least_and_the_most_and_nothing) {
  histogram h;
  EXPECT_EQ(h.at(0.99), nanoseconds{0});
  h.add(nanoseconds{-5});
  EXPECT_EQ(h.at(1), nanoseconds{0});
  h.add(std::chrono::hours{1'000});
  EXPECT_EQ(h.at(1), std::chrono::hours{1'000});
  EXPECT_EQ(h.at(0.5), nanoseconds{0});
}

TEST(bench_histogram, of_two_processes_is_one) {
  histogram a;
  histogram b;
  a.add(nanoseconds{10});
  b.add(nanoseconds{20});
  b.add(nanoseconds{30});
  a.add(b);
  EXPECT_EQ(a.count(), 3U);
  EXPECT_EQ(a.at(0.5), nanoseconds{20});
  EXPECT_EQ(a.most(), nanoseconds{30});
}

std::string json_push(std::uint64_t off, const std::string& text) {
  return R"({"off":)" + std::to_string(off) + R"(,"ts":1790000000000,"user":"fan-0","role":"admin","text":")" + text +
         R"("})";
}

std::vector<std::pair<std::uint64_t, std::uint64_t>> stamped(std::string_view push, bool json) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> found;
  each_stamped(push, json, [&](std::uint64_t off, std::uint64_t due) { found.emplace_back(off, due); });
  return found;
}

TEST(bench_stamp, is_found_with_its_offset_in_a_push_of_json) {
  const auto text = stamped_text(0x123456789abcdefU, 100);
  EXPECT_EQ(text.size(), 100U);
  const auto push = R"({"op":"msgs","room":"a~~b","msgs":[)" + json_push(7, text) + "," +
                    json_push(18'446'744'073'709'551'615U, stamped_text(5, 20)) + "," + json_push(9, "~~not one") +
                    "]}";
  EXPECT_THAT(stamped(push, true), ElementsAre(Pair(7U, 0x123456789abcdefU), Pair(18'446'744'073'709'551'615U, 5U)));
  EXPECT_THAT(stamped(R"({"id":3,"ok":{"off":45,"ts":1,"durable":"committed"}})", true), IsEmpty());
}

std::string msgpack_push(std::uint64_t off, std::uint64_t ts, std::uint64_t due) {
  std::string out = "\x83\xa3off";
  const auto number = [&out](std::uint64_t n) {
    if (n < 0x80) return out.push_back(static_cast<char>(n));
    out.push_back('\xcf');
    for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(n >> shift & 0xffU));
  };
  number(off);
  out += "\xa2ts";
  number(ts);
  out += "\xa4text\xd9\x64" + stamped_text(due, 100);
  return out;
}

TEST(bench_stamp, is_found_with_its_offset_in_a_push_of_msgpack_whatever_the_numbers_look_like) {
  const auto tilde = std::uint64_t{'~'};
  const auto push = msgpack_push(tilde, 0x0000017e7e7e7e7eU, 1) + msgpack_push(200, 0x7e, 2) + msgpack_push(3, 4, 3);
  EXPECT_THAT(stamped(push, false), ElementsAre(Pair(tilde, 1U), Pair(200U, 2U), Pair(3U, 3U)));
}

TEST(bench_stamp, that_is_cut_off_is_none) {
  const auto push = json_push(7, stamped_text(5, stamp_bytes));
  const auto text_ends = push.size() - 2;
  EXPECT_EQ(stamped(std::string_view(push).substr(0, text_ends), true).size(), 1U);
  EXPECT_THAT(stamped(std::string_view(push).substr(0, text_ends - 1), true), IsEmpty());
}

std::string server_frame(opcode kind, std::string_view payload, bool last = true) {
  std::string framed;
  put_frame(framed, kind, payload);
  framed.erase(framed.size() - payload.size() - 4, 4);  // a server does not mask
  framed[0] = static_cast<char>((last ? 0x80U : 0U) | static_cast<unsigned>(kind));
  framed[1] = static_cast<char>(framed[1] & 0x7f);
  return framed;
}

TEST(bench_frames, are_taken_one_by_one_and_wait_for_their_last_byte) {
  for (const std::size_t size : {0, 1, 125, 126, 65'535, 65'536}) {
    const std::string payload(size, 'p');
    const auto bytes = server_frame(opcode::binary, payload) + server_frame(opcode::ping, "x", false);
    std::string_view left = bytes;
    frame f;
    ASSERT_EQ(take_frame(left, f), cut::whole) << size;
    EXPECT_EQ(f.payload, payload);
    EXPECT_EQ(f.kind, opcode::binary);
    EXPECT_TRUE(f.last);
    ASSERT_EQ(take_frame(left, f), cut::whole);
    EXPECT_EQ(f.kind, opcode::ping);
    EXPECT_FALSE(f.last);
    EXPECT_THAT(left, IsEmpty());
    std::string_view short_of_one = std::string_view(bytes).substr(0, bytes.size() - 4);
    EXPECT_EQ(take_frame(short_of_one, f), cut::partial) << size;
  }
}

TEST(bench_frames, that_are_masked_or_larger_than_the_bound_are_broken) {
  frame f;
  std::string masked;
  put_frame(masked, opcode::text, "hi");
  std::string_view bytes = masked;
  EXPECT_EQ(take_frame(bytes, f), cut::broken);
  const auto head = [](std::uint64_t size) {
    std::string out = "\x82\x7f";
    for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(size >> shift & 0xffU));
    return out;
  };
  const auto most = head(frame_bytes_max);
  const auto beyond = head(frame_bytes_max + 1);
  bytes = most;
  EXPECT_EQ(take_frame(bytes, f), cut::partial);
  bytes = beyond;
  EXPECT_EQ(take_frame(bytes, f), cut::broken);
}

TEST(bench_dialect, of_socketio_wraps_frames_and_understands_its_signs) {
  std::string out;
  put_publish(out, dialect::socketio, 3, "r", "hi");
  EXPECT_THAT(out, HasSubstr(R"(42["m",{"op":"pub","id":3,"room":"r","text":"hi"}])"));
  std::string_view content;
  EXPECT_EQ(strip(dialect::socketio, R"(42["m",{"id":3,"ok":{"off":9}}])", content), sign::event);
  EXPECT_EQ(content, R"({"id":3,"ok":{"off":9}})");
  EXPECT_EQ(strip(dialect::socketio, R"(0{"sid":"x"})", content), sign::open);
  EXPECT_EQ(strip(dialect::socketio, R"(40{"sid":"x"})", content), sign::connected);
  EXPECT_EQ(strip(dialect::socketio, "2", content), sign::ping);
  EXPECT_EQ(strip(dialect::socketio, "41", content), sign::other);
  EXPECT_EQ(strip(dialect::json, "2", content), sign::event);
}

TEST(bench_dialect, tells_answers_from_pushes_and_pushes_from_wrong_ones) {
  const auto frames =
      decode(dialect::json, R"([{"id":3,"ok":{"off":9}},{"id":4,"err":{"code":130,"msg":"overloaded"}},)"
                            R"({"op":"msgs","room":"r","msgs":[{"off":1,"text":"12345"}]},{"op":"state"}])");
  ASSERT_TRUE(frames);
  answer a;
  ASSERT_TRUE(as_answer(frames->at(0), a));
  EXPECT_TRUE(a.ok);
  EXPECT_EQ(a.id, 3U);
  EXPECT_EQ(a.off, 9U);
  ASSERT_TRUE(as_answer(frames->at(1), a));
  EXPECT_FALSE(a.ok);
  EXPECT_EQ(a.error, "130 overloaded");
  EXPECT_FALSE(as_answer(frames->at(2), a));
  EXPECT_TRUE(plausible(frames->at(2), "r", 5));
  EXPECT_FALSE(plausible(frames->at(2), "another", 5));
  EXPECT_FALSE(plausible(frames->at(2), "r", 6));
  EXPECT_TRUE(plausible(frames->at(3), "r", 5));
  EXPECT_FALSE(decode(dialect::msgpack, "\xc1"));
}

TEST(bench_ws, takes_urls_with_host_and_port_alone) {
  const auto good = parse_url("ws://127.0.0.1:8080/v1/ws");
  ASSERT_TRUE(good);
  EXPECT_EQ(good->host, "127.0.0.1");
  EXPECT_EQ(good->port, "8080");
  for (const auto* bad : {"", "wss://127.0.0.1:8080", "ws://127.0.0.1", "ws://:80", "ws://host:"}) {
    EXPECT_FALSE(parse_url(bad)) << bad;
  }
}

TEST(bench_ws_of_binary, drives_a_node_in_both_encodings_without_loss) {
  const auto ran = run_binary({"bench", "ws", "--quick", "--rooms", "3", "--members", "20", "--rate", "60",
                               "--processes", "2", "--encoding", "json,msgpack", "--folder", testing::TempDir()});
  EXPECT_EQ(ran.code, 0) << ran.err;
  for (const auto* encoding : {"JSON", "msgpack"}) {
    const auto head = "3 rooms of 20, " + std::string(encoding) + ": ";
    EXPECT_THAT(ran.out, HasSubstr(head + "server CPU a delivery"));
    EXPECT_THAT(ran.out, HasSubstr(head + "entries a CPU second"));
    EXPECT_THAT(ran.out, HasSubstr(head + "memory of an idle member"));
    for (const auto* none : {"lost", "doubled", "refused, closed, wrong"}) {
      EXPECT_THAT(ran.out, testing::ContainsRegex(head + none + " +0 ")) << ran.out;
    }
  }
}

TEST(bench_ws_of_binary, looks_for_the_most_and_says_so_as_json) {
  const auto ran = run_binary({"bench", "ws", "--quick", "--members", "5", "--rate", "100000", "--only", "ramp",
                               "--json", "--folder", testing::TempDir()});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("room of 5, JSON: most deliveries a second with p99 < 100 ms"));
}

TEST(bench_ws_of_binary, refuses_what_does_not_fit_together) {
  EXPECT_EQ(run_binary({"bench", "ws", "--pid", "1"}).code, 2);
  EXPECT_EQ(run_binary({"bench", "ws", "--encoding", "socketio"}).code, 2);
  EXPECT_EQ(run_binary({"bench", "ws", "--members", "1", "--processes", "2"}).code, 2);
  EXPECT_EQ(run_binary({"bench", "ws", "--rooms", "1001", "--members", "1000"}).code, 2);
  const auto nobody =
      run_binary({"bench", "ws", "--url", "ws://127.0.0.1:1", "--members", "1", "--folder", testing::TempDir()});
  EXPECT_EQ(nobody.code, 1);
  EXPECT_THAT(nobody.err, HasSubstr("Connection refused"));
}

}  // namespace
}  // namespace lightstick::tools::bench::ws
