#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/base/ids.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/metrics.hpp"
#include "runtime/base/names.hpp"
#include "runtime/base/random.hpp"
#include "runtime/base/token_bucket.hpp"
#include "runtime/base/unique_function.hpp"

namespace lightstick {
namespace {

using std::chrono::milliseconds;

TEST(errors, every_code_maps_to_a_condition_a_caller_can_act_on) {
  for (int value = 1; value <= 11; ++value) {
    error e{make_error_code(static_cast<errc>(value)), "x"};
    int matches = 0;
    for (int c = 1; c <= 8; ++c) matches += e.is(static_cast<condition>(c)) ? 1 : 0;
    EXPECT_EQ(matches, 1) << e.to_string();
  }
}

TEST(partitions, are_fixed_for_ever) {
  // These are in stored keys: a change of any of them loses data.
  EXPECT_EQ(partition_of({"room", "lobby"}).value, 123);
  EXPECT_EQ(partition_of({"user", "17"}).value, 21);
}

TEST(names, accept_what_people_are_called) {
  for (const char* name : {"a", "Mina", "\uBBF8\uB098", "\u307F\u306A", "\u00F1and\u00FA", "a b", "\U0001F9E1"}) {
    EXPECT_TRUE(check_name(name, "name")) << name;
  }
  EXPECT_TRUE(check_name(std::string(128, 'x'), "name"));
}

TEST(names, refuse_empty_long_control_slash_and_bad_utf8) {
  for (const std::string& name :
       std::vector<std::string>{"", std::string(129, 'x'), "a/b", "a\nb", std::string("a\0b", 3), "\x7F", "\xC2\x85",
                                "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\xFF"}) {
    EXPECT_FALSE(check_name(name, "name")) << name;
  }
}

TEST(token_bucket, gives_its_burst_then_its_rate_and_says_how_long_to_wait) {
  manual_clock clock;
  token_bucket bucket({5, 20}, clock.now());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(bucket.take(clock.now()).count(), 0);
  EXPECT_EQ(bucket.take(clock.now()).count(), 200);
  clock.advance(milliseconds{199});
  EXPECT_GT(bucket.take(clock.now()).count(), 0);
  clock.advance(milliseconds{1});
  EXPECT_EQ(bucket.take(clock.now()).count(), 0);
  clock.advance(milliseconds{3'600'000});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(bucket.take(clock.now()).count(), 0);
  EXPECT_GT(bucket.take(clock.now()).count(), 0);
}

TEST(token_bucket, zero_is_unlimited_and_limits_change_in_place) {
  manual_clock clock;
  token_bucket bucket({0, 0}, clock.now());
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(bucket.take(clock.now()).count(), 0);
  bucket.set_limit({1, 2}, clock.now());
  EXPECT_EQ(bucket.take(clock.now()).count(), 0);
  EXPECT_EQ(bucket.take(clock.now()).count(), 0);
  EXPECT_GT(bucket.take(clock.now()).count(), 0);
}

TEST(random, one_seed_gives_one_sequence) {
  seeded_random a{7}, b{7}, c{8};
  auto first = a.next();
  EXPECT_EQ(first, b.next());
  EXPECT_NE(first, c.next());
  EXPECT_EQ(random_hex(secure_random(), 16).size(), 32U);
  EXPECT_NE(random_hex(secure_random(), 16), random_hex(secure_random(), 16));
}

TEST(unique_function, owns_what_cannot_be_copied) {
  unique_function<int()> f;
  EXPECT_FALSE(f);
  f = [p = std::make_unique<int>(3)] { return *p; };
  EXPECT_EQ(f(), 3);
  auto g = std::move(f);
  EXPECT_FALSE(f);  // NOLINT(bugprone-use-after-move): a moved-from one is empty by contract
  EXPECT_EQ(g(), 3);
}

TEST(metrics, the_same_name_is_the_same_metric_and_refreshers_run) {
  metrics m;
  auto& a = m.make_counter("c_total", "help", {{"k", "1"}});
  a.add(2);
  EXPECT_EQ(&a, &m.make_counter("c_total", "help", {{"k", "1"}}));
  EXPECT_NE(&a, &m.make_counter("c_total", "help", {{"k", "2"}}));
  auto& g = m.make_gauge("g", "help");
  m.on_collect([&g] { g.set(5); });
  auto entries = m.entries();
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[2].as_gauge->value(), 5);
}

TEST(metrics, histograms_put_a_time_into_its_bucket) {
  histogram h;
  h.record(std::chrono::microseconds{10});
  h.record(std::chrono::milliseconds{10});
  h.record(std::chrono::hours{10});
  EXPECT_EQ(h.count(), 3U);
  EXPECT_EQ(h.bucket(0), 1U);
  EXPECT_EQ(h.bucket(histogram::bucket_count), 1U);
  for (std::size_t i = 1; i < histogram::bucket_count; ++i) {
    if (h.bucket(i) != 1) continue;
    EXPECT_TRUE(histogram::bound_s(i) > 0.01 && histogram::bound_s(i - 1) <= 0.01) << i;
  }
}

std::vector<std::string> lines;

class logging : public ::testing::Test {
 protected:
  logging() {
    lines.clear();
    log::set_sink([](std::string_view line) { lines.emplace_back(line); });
  }
  ~logging() override {
    log::set_sink(nullptr);
    log::set_level(log::level::info);
  }
};

TEST_F(logging, writes_fields_that_cannot_break_the_line) {
  LS_LOG(gateway, info, "closed", {"code", 4101}, {"why", "a \"b\"\nc"}, {"ok", true});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0], R"(area=gateway msg=closed code=4101 why="a \"b\"\x0ac" ok=true)");
}

TEST_F(logging, each_folder_has_its_level) {
  log::set_level(log::area::storage, log::level::debug);
  LS_LOG(storage, debug, "seen");
  LS_LOG(gateway, debug, "not seen");
  EXPECT_EQ(lines.size(), 1U);
}

TEST_F(logging, one_site_is_limited_and_says_what_it_left_out) {
  log::site site;
  std::uint64_t suppressed = 0;
  auto t = std::chrono::steady_clock::time_point{std::chrono::hours{1}};
  int admitted = 0;
  for (int i = 0; i < 100; ++i) admitted += site.admit(t, suppressed) ? 1 : 0;
  EXPECT_EQ(admitted, static_cast<int>(log::per_site_per_second));
  EXPECT_TRUE(site.admit(t + std::chrono::seconds{1}, suppressed));
  EXPECT_EQ(suppressed, 100 - log::per_site_per_second);
}

TEST(log_levels, unknown_names_are_refused_with_the_choices) {
  EXPECT_EQ(log::parse_level("warn").value(), log::level::warn);
  EXPECT_NE(log::parse_level("loud").error().detail.find("info"), std::string::npos);
  EXPECT_EQ(log::parse_area("actors").value(), log::area::actors);
  EXPECT_FALSE(log::parse_area("kitchen"));
}

}  // namespace
}  // namespace lightstick
