#include "runtime/record_codec.hpp"

#include <gtest/gtest.h>

namespace lightstick::runtime {
namespace {

using namespace std::string_literals;

std::string detail_of(const result<void>& r) { return r ? "" : r.error().detail; }

TEST(record_codec, fields_come_back_in_order) {
  auto record = record_writer{2, 8}
                    .number(7)
                    .integer(-3)
                    .text("안녕")
                    .bytes("\0\xff"s)
                    .flag(true)
                    .number_or_nil(std::nullopt)
                    .integer_or_nil(5)
                    .number_or_nil(9)
                    .take();
  record_reader in{record, "thing", 2};
  EXPECT_EQ(in.version(), 2U);
  EXPECT_EQ(in.remaining(), 8U);
  EXPECT_EQ(in.number(), 7U);
  EXPECT_EQ(in.integer(), -3);
  EXPECT_EQ(in.text(), "안녕");
  EXPECT_EQ(in.bytes(), "\0\xff"s);
  EXPECT_TRUE(in.flag());
  EXPECT_EQ(in.number_or_nil(), std::nullopt);
  EXPECT_EQ(in.integer_or_nil(), 5);
  EXPECT_EQ(in.number_or_nil(), 9U);
  EXPECT_TRUE(in.finish());
}

TEST(record_codec, a_newer_version_is_refused_by_name) {
  auto record = record_writer{3, 0}.take();
  record_reader in{record, "thing", 2};
  auto whole = in.finish();
  ASSERT_FALSE(whole);
  EXPECT_TRUE(whole.error().is(condition::corrupt));
  EXPECT_EQ(whole.error().detail, "thing has version 3; this program reads up to 2");
}

TEST(record_codec, damage_is_refused_and_never_read_on) {
  for (auto damaged : {""s, "\x93"s, "\xc1"s, "\xdd\xff\xff\xff\xff"s, "\x01"s, "\x90"s, "\x91\x00"s, "\x91\x01\x01"s,
                       "\x91\xa1\x31"s, "\x81\x01\x02"s, "\x92\x01\x91\x91\x91\x01"s}) {
    record_reader in{damaged, "thing", 1};
    EXPECT_EQ(in.number(), 0U);
    EXPECT_EQ(in.text(), "");
    EXPECT_FALSE(in.finish()) << ::testing::PrintToString(damaged);
  }
}

TEST(record_codec, whatever_is_written_is_read) {
  record_writer out{1, 100'001};
  for (std::uint64_t i = 0; i < 100'000; ++i) out.number(i & 1U);
  const auto record = out.bytes(std::string(5U << 20U, 'x')).take();
  record_reader in{record, "thing", 1};
  for (std::uint64_t i = 0; i < 100'000; ++i) ASSERT_EQ(in.number(), i & 1U);
  EXPECT_EQ(in.bytes().size(), 5U << 20U);
  EXPECT_TRUE(in.finish());
}

TEST(record_codec, every_truncation_is_refused) {
  auto record = record_writer{1, 3}.number(70'000).text("hello").flag(false).take();
  for (std::size_t size = 0; size < record.size(); ++size) {
    record_reader in{std::string_view{record}.substr(0, size), "thing", 1};
    (void)in.number();
    (void)in.text();
    (void)in.flag();
    EXPECT_FALSE(in.finish()) << size;
  }
}

TEST(record_codec, the_first_mistake_is_the_one_told) {
  auto record = record_writer{1, 2}.text("x").text("y").take();
  record_reader in{record, "thing", 1};
  EXPECT_EQ(in.number(), 0U);
  EXPECT_EQ(in.text(), "");
  in.refuse("is silly");
  EXPECT_EQ(detail_of(in.finish()), "thing has a field that is no unsigned number");
}

TEST(record_codec, too_few_and_too_many_fields_are_refused) {
  auto record = record_writer{1, 1}.number(1).take();
  record_reader few{record, "thing", 1};
  (void)few.number();
  (void)few.number();
  EXPECT_EQ(detail_of(few.finish()), "thing has too few fields");
  record_reader many{record, "thing", 1};
  EXPECT_EQ(detail_of(many.finish()), "thing has too many fields");
}

TEST(record_codec, an_integer_that_does_not_fit_is_refused) {
  auto record = record_writer{1, 1}.number(UINT64_MAX).take();
  record_reader in{record, "thing", 1};
  EXPECT_EQ(in.integer(), 0);
  EXPECT_FALSE(in.finish());
}

}  // namespace
}  // namespace lightstick::runtime
