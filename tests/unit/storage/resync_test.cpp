#include "storage/resync.hpp"

#include <gtest/gtest.h>
#include <cstring>

#include "storage/rocks/record_file.hpp"

namespace lightstick::storage {
namespace {

/// Blocks of keys, some of which cannot be read: what a seek in a table meets.
struct blocks {
  std::string bad_from;  ///< first key that lies in a bad block
  std::string bad_to;    ///< the last
  [[nodiscard]] bool readable(const std::string& from) const { return from > bad_to; }
};

std::optional<std::string> found(const std::string& last_read, const std::string& bad_to) {
  blocks b{last_read, bad_to};
  return next_readable(last_read, [&](const std::string& from) { return b.readable(from); });
}

TEST(next_readable_key, is_closely_behind_the_last_that_is_not) {
  for (const std::string& bad_to : {std::string("room/aurora\0\x11", 13), std::string("room/aurora\0\x7f\xff\xff", 15),
                                    std::string("room/borealis"), std::string("s"), std::string("room/auroraa")}) {
    auto at = found(std::string("room/aurora\0\x10", 13), bad_to);
    ASSERT_TRUE(at) << bad_to;
    EXPECT_GT(*at, bad_to);
    // Nothing that a key could be lies between, but what differs far behind the end of the key.
    EXPECT_LE(at->substr(0, bad_to.size()), bad_to + "\x01") << bad_to;
  }
}

TEST(next_readable_key, from_the_very_beginning) {
  auto at = found({}, std::string("\0\7\0\4room", 8));
  ASSERT_TRUE(at);
  EXPECT_EQ(at->substr(0, 8), std::string("\0\7\0\4room", 8));
}

TEST(next_readable_key, is_none_when_nothing_can_be_read) {
  std::size_t asked = 0;
  EXPECT_FALSE(next_readable("room", [&](const std::string&) {
    ++asked;
    return false;
  }));
  EXPECT_LE(asked, resync_probes_max);
  EXPECT_FALSE(next_readable(std::string(40, '\xFF'), [](const std::string&) { return false; }));
}

TEST(next_readable_key, asks_a_bounded_number_of_times_for_long_keys) {
  std::size_t asked = 0;
  auto at = next_readable(std::string(2'000, 'a'), [&](const std::string& from) {
    ++asked;
    return from > std::string(3'000, 'b');
  });
  ASSERT_TRUE(at);
  EXPECT_LE(asked, resync_probes_max);
}

TEST(crc_32c, is_that_of_the_standard) {
  const std::string digits = "123456789";
  EXPECT_EQ(rocks::crc32c(0, digits.data(), digits.size()), 0xE3069283U);
  EXPECT_EQ(rocks::crc32c(rocks::crc32c(0, digits.data(), 4), digits.data() + 4, 5), 0xE3069283U);
}

}  // namespace
}  // namespace lightstick::storage
