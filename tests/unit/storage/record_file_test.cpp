#include "storage/rocks/record_file.hpp"

#include <gtest/gtest.h>
#include <sstream>

#include "runtime/base/random.hpp"

namespace lightstick::storage::rocks {
namespace {

constexpr std::size_t block_bytes = 32U << 10U;
constexpr std::size_t header_bytes = 7;

/// Writes as RocksDB does.
class log_writer {
 public:
  void add(const std::string& record) {
    std::size_t from = 0;
    do {
      const auto room = block_bytes - bytes.size() % block_bytes;
      if (room < header_bytes) bytes.append(room, '\0');
      const auto fits = block_bytes - bytes.size() % block_bytes - header_bytes;
      const auto length = std::min(fits, record.size() - from);
      const bool begins = from == 0 && !begun_;
      const bool ends = from + length == record.size();
      put(begins ? (ends ? 1 : 2) : (ends ? 4 : 3), record.substr(from, length));
      begun_ = !ends;
      from += length;
    } while (begun_);
  }

  std::string bytes;
  std::vector<std::size_t> parts;  ///< where they begin
  std::uint64_t records = 0;

 private:
  void put(char type, const std::string& content) {
    const auto sealed = type + content;
    auto crc = crc32c(0, sealed.data(), sealed.size());
    crc = ((crc >> 15U) | (crc << 17U)) + 0xA282EAD8U;
    parts.push_back(bytes.size());
    for (int i = 0; i < 4; ++i) bytes += static_cast<char>(crc >> (8 * i));
    bytes += static_cast<char>(content.size());
    bytes += static_cast<char>(content.size() >> 8U);
    bytes += sealed;
    if (type == 1 || type == 4) ++records;
  }
  bool begun_ = false;
};

record_file_check check(const std::string& bytes) {
  std::istringstream in(bytes);
  return check_records(in);
}

std::string noise(seeded_random& random, std::size_t size) {
  return random_hex(random, (size + 1) / 2).substr(0, size);
}

/// Some small records, one of three blocks, some more; `last` is the last one's content.
log_writer some_log(const std::string& last) {
  seeded_random random(7);
  log_writer log;
  for (std::size_t size : {0U, 1U, 300U, 700U, 80'000U, 20U, 2'000U}) log.add(noise(random, size));
  log.add(last);
  return log;
}

TEST(record_file, a_whole_one_is_whole) {
  for (std::size_t size : {0U, 1U, 500U, 50'000U}) {
    seeded_random random(3);
    const auto log = some_log(noise(random, size));
    const auto found = check(log.bytes);
    EXPECT_FALSE(found.damage) << *found.damage;
    EXPECT_EQ(found.records, log.records);
    EXPECT_EQ(found.torn_bytes, 0U);
  }
  EXPECT_FALSE(check("").damage);
}

TEST(record_file, a_part_without_content_at_the_end_of_a_block_is_none_too_many) {
  log_writer log;
  log.add(std::string(block_bytes - 2 * header_bytes, 'x'));
  ASSERT_EQ(log.bytes.size() % block_bytes, block_bytes - header_bytes);
  log.add("behind the block");
  ASSERT_EQ(log.parts.size(), 3U);
  const auto found = check(log.bytes);
  EXPECT_FALSE(found.damage) << *found.damage;
  EXPECT_EQ(found.records, 2U);
}

TEST(record_file, cut_anywhere_it_is_torn_not_damaged) {
  seeded_random random(3);
  const auto log = some_log(noise(random, 400));
  for (auto cut = log.bytes.size(); cut-- > log.parts[log.parts.size() - 3];) {
    const auto found = check(log.bytes.substr(0, cut));
    ASSERT_FALSE(found.damage) << "cut to " << cut << ": " << *found.damage;
    ASSERT_LT(found.records, log.records);
  }
  const auto found = check(log.bytes.substr(0, log.bytes.size() - 3));
  EXPECT_EQ(found.records, log.records - 1);
  EXPECT_EQ(found.torn_bytes, log.bytes.size() - 3 - log.parts.back());
}

TEST(record_file, one_wrong_bit_in_any_header_is_damage) {
  for (std::size_t last : {0U, 1U, 500U, 5'000U, 50'000U}) {
    seeded_random random(last);
    auto log = some_log(noise(random, last));
    for (auto part : log.parts) {
      for (std::size_t bit = 0; bit < header_bytes * 8; ++bit) {
        log.bytes[part + bit / 8] ^= static_cast<char>(1U << (bit % 8));
        EXPECT_TRUE(check(log.bytes).damage) << "bit " << bit << " of the part at " << part;
        log.bytes[part + bit / 8] ^= static_cast<char>(1U << (bit % 8));
      }
    }
  }
}

TEST(record_file, a_wrong_length_is_damage_even_where_the_next_record_is_torn) {
  seeded_random random(3);
  auto log = some_log(noise(random, 400));
  log.bytes.resize(log.bytes.size() - 5);
  log.bytes[log.parts[log.parts.size() - 2] + 5] ^= 0x40;
  EXPECT_TRUE(check(log.bytes).damage);
}

TEST(record_file, a_wrong_bit_in_the_last_content_is_damage) {
  seeded_random random(3);
  auto log = some_log(noise(random, 400));
  log.bytes.back() ^= 1;
  EXPECT_TRUE(check(log.bytes).damage);
}

TEST(record_file, zeros_are_room_behind_a_record_and_damage_in_place_of_one) {
  seeded_random random(3);
  const auto log = some_log(noise(random, 400));
  for (std::size_t zeros : {1U, 7U, 4'096U, 100'000U}) {
    auto found = check(log.bytes + std::string(zeros, '\0'));
    EXPECT_FALSE(found.damage) << zeros << ": " << *found.damage;
    EXPECT_EQ(found.records, log.records);
    auto wrong_length = log.bytes + std::string(zeros, '\0');
    wrong_length[log.parts.back() + 5] ^= static_cast<char>(0x80);
    EXPECT_TRUE(check(wrong_length).damage) << zeros;
  }
  auto found = check(log.bytes + std::string(100'000, '\0') + "x");
  EXPECT_TRUE(found.damage) << "after zeros, in another block";
  found = check(log.bytes + std::string(50, '\0') + "x");
  EXPECT_TRUE(found.damage) << "after zeros, in the same block";
  for (auto from : {log.bytes.size() - 100, log.parts[5]}) {
    auto zeroed = log.bytes;
    std::fill(zeroed.begin() + static_cast<std::ptrdiff_t>(from), zeroed.end(), '\0');
    EXPECT_TRUE(check(zeroed).damage) << from;
  }
}

/// A file whose disk fails behind what it has given.
class failing_file final : public std::stringbuf {
 public:
  using std::stringbuf::stringbuf;

 protected:
  std::streamsize xsgetn(char* to, std::streamsize size) override {
    const auto given = std::stringbuf::xsgetn(to, size);
    if (given < size) throw std::runtime_error("input/output error");
    return given;
  }
};

TEST(record_file, what_cannot_be_read_to_its_end_is_damage) {
  seeded_random random(3);
  log_writer log;
  log.add(noise(random, 3 * block_bytes));
  ASSERT_FALSE(check(log.bytes).damage);
  for (auto size : {std::size_t{0}, block_bytes, 2 * block_bytes + 100}) {
    failing_file file(log.bytes.substr(0, size));
    std::istream in(&file);
    EXPECT_TRUE(check_records(in).damage) << size;
  }
}

TEST(record_file, parts_that_are_not_in_order_are_damage) {
  seeded_random random(3);
  log_writer log;
  log.add(noise(random, 3 * block_bytes));
  log.add("one more");
  auto without_the_first = log.bytes.substr(block_bytes);
  EXPECT_TRUE(check(without_the_first).damage);
  log_writer other;
  other.add("another");
  const auto then_another = log.bytes.substr(0, block_bytes) + other.bytes;
  EXPECT_TRUE(check(then_another).damage);
}

}  // namespace
}  // namespace lightstick::storage::rocks
