#include "tools/text/units.hpp"

#include <gtest/gtest.h>

namespace lightstick::tools::text {
namespace {

using namespace std::chrono_literals;

TEST(duration, reads_each_unit) {
  EXPECT_EQ(parse_duration("500ms").value(), 500ms);
  EXPECT_EQ(parse_duration("25s").value(), 25s);
  EXPECT_EQ(parse_duration("5m").value(), 5min);
  EXPECT_EQ(parse_duration("12h").value(), 12h);
  EXPECT_EQ(parse_duration("7d").value(), 24h * 7);
  EXPECT_EQ(parse_duration("0").value(), 0ms);
}

TEST(duration, refuses_what_is_no_duration) {
  for (const auto* text :
       {"", "s", "25", "-1s", "+1s", "1.5s", "25 s", "25S", "25sec", "25s ", " 25s", "1h30m", "0x10s"}) {
    auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, make_error_code(errc::invalid));
    EXPECT_NE(parsed.error().detail.find("25s"), std::string::npos) << "the error shows the form";
  }
}

TEST(duration, refuses_what_overflows) {
  for (const auto* text : {"99999999999999999999ms", "18446744073709551615d", "9223372036854775807s", "36501d"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
  EXPECT_EQ(parse_duration("36500d").value(), 24h * 36'500);
}

TEST(duration, is_written_in_the_largest_unit_that_holds_it) {
  EXPECT_EQ(format_duration(0ms), "0ms");
  EXPECT_EQ(format_duration(1500ms), "1500ms");
  EXPECT_EQ(format_duration(90s), "90s");
  EXPECT_EQ(format_duration(120s), "2m");
  EXPECT_EQ(format_duration(12h), "12h");
  EXPECT_EQ(format_duration(48h), "2d");
}

TEST(size, reads_each_unit) {
  EXPECT_EQ(parse_size("0").value(), 0U);
  EXPECT_EQ(parse_size("65536").value(), 65'536U);
  EXPECT_EQ(parse_size("512B").value(), 512U);
  EXPECT_EQ(parse_size("64KiB").value(), 65'536U);
  EXPECT_EQ(parse_size("1MiB").value(), 1'048'576U);
  EXPECT_EQ(parse_size("2GiB").value(), 2'147'483'648U);
  EXPECT_EQ(parse_size("1TiB").value(), 1ULL << 40U);
}

TEST(size, refuses_what_is_no_size) {
  for (const auto* text : {"", "KiB", "64KB", "64K", "64kib", "-1", "1.5MiB", "64 KiB"}) {
    auto parsed = parse_size(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_NE(parsed.error().detail.find("64KiB"), std::string::npos) << "the error shows the form";
  }
}

TEST(size, refuses_what_overflows) {
  for (const auto* text :
       {"18446744073709551616", "18446744073709551615", "9223372036854775808", "8388608TiB", "17592186044416MiB"}) {
    EXPECT_FALSE(parse_size(text)) << text;
  }
  EXPECT_EQ(parse_size("9223372036854775807").value(), 9'223'372'036'854'775'807U);
}

TEST(size, reads_back_what_it_writes) {
  for (auto bytes : {0ULL, 1ULL, 1'023ULL, 1'024ULL, 65'536ULL, 65'537ULL, 1ULL << 20U, 3ULL << 30U, 1ULL << 62U}) {
    EXPECT_EQ(parse_size(format_size(bytes)).value(), bytes);
  }
}

TEST(rate, reads_both_forms) {
  EXPECT_EQ(parse_rate("5/s burst 20").value(), (rate_limit{5, 20}));
  EXPECT_EQ(parse_rate("0.5/s burst 3").value(), (rate_limit{0.5, 3}));
  EXPECT_EQ(parse_rate("5/s").value(), (rate_limit{5, 5}));
  EXPECT_EQ(parse_rate("0.5/s").value(), (rate_limit{0.5, 1}));
  EXPECT_EQ(parse_rate("unlimited").value(), rate_limit{});
}

TEST(rate, refuses_what_is_no_rate) {
  for (const auto* text : {"", "5", "/s", "0/s burst 5", "-1/s burst 5", "5/s burst 0", "5/s burst", "5/sburst 5",
                           "5/m", "nan/s", "inf/s burst 5", "5/s burst 20 x", "1e3/s", "99999999999/s", "Unlimited"}) {
    EXPECT_FALSE(parse_rate(text)) << text;
  }
}

TEST(rate, reads_back_what_it_writes) {
  for (auto r : {rate_limit{5, 20}, rate_limit{2e6, 4e6}, rate_limit{0.1, 1}, rate_limit{1.0 / 3, 2.5}, rate_limit{}}) {
    EXPECT_EQ(parse_rate(format_rate(r)).value(), r) << format_rate(r);
  }
  EXPECT_EQ(format_rate({5, 20}), "5/s burst 20");
}

TEST(number, is_digits_alone) {
  EXPECT_EQ(parse_number("18446744073709551615").value(), 18'446'744'073'709'551'615U);
  for (const auto* text : {"", "-1", "+1", "1 ", "1_000", "0x10", "18446744073709551616", "1e3"}) {
    EXPECT_FALSE(parse_number(text)) << text;
  }
}

TEST(human, durations_and_sizes_are_short_and_without_blanks) {
  EXPECT_EQ(human_duration(850ms), "850ms");
  EXPECT_EQ(human_duration(25s), "25s");
  EXPECT_EQ(human_duration(192s), "3m12s");
  EXPECT_EQ(human_duration(3h + 5min), "3h5m");
  EXPECT_EQ(human_duration(52h), "2d4h");
  EXPECT_EQ(human_size(512), "512B");
  EXPECT_EQ(human_size(1'572'864), "1.5MiB");
}

}  // namespace
}  // namespace lightstick::tools::text
