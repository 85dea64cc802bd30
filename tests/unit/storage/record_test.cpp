#include "storage/record.hpp"

#include <gtest/gtest.h>

#include "runtime/base/hex.hpp"
#include "storage/bytes.hpp"
#include "storage/errc.hpp"

/// The bytes on disk, fixed for ever. A change of an expectation below means that existing folders become unreadable:
/// add a record type or version instead, and keep reading the old one. docs/formats.md says the same in words.
namespace lightstick::storage {
namespace {

const log_id aurora{partition{7}, "room/aurora"};

template <class T>
bool is(const result<T>& r, condition c) {
  return !r && r.error().is(c);
}

/// "0110 46a3": fields apart for the eye only.
std::string bytes(std::string text) {
  std::erase(text, ' ');
  return text;
}

TEST(golden_bytes, keys) {
  auto prefix = log_prefix(aurora);
  EXPECT_EQ(hex(prefix), bytes("0007 000b 726f6f6d2f6175726f7261"));
  EXPECT_EQ(hex(journal_key(prefix, sequence{0x0102030405060708})),
            bytes("0007 000b 726f6f6d2f6175726f7261 0102030405060708"));
  EXPECT_EQ(hex(row_key(prefix, "c-77")), bytes("0007 000b 726f6f6d2f6175726f7261 632d3737"));
  EXPECT_EQ(epoch_key(partition{7}), "epoch/007");
  EXPECT_EQ(epoch_key(partition{255}), "epoch/255");
  EXPECT_EQ(format_key, "format");
  EXPECT_EQ(store_id_key, "store_id");
  EXPECT_EQ(history_id_key, "history_id");
}

TEST(golden_bytes, event) {
  auto key = journal_key(log_prefix(aurora), sequence{42});
  EXPECT_EQ(hex(encode_event(key, {epoch{3}, "hi"})), bytes("0110 46a320ff9db0deac 0000000000000003 6869"));
}

TEST(golden_bytes, snapshot) {
  auto key = log_prefix(aurora);
  EXPECT_EQ(hex(encode_snapshot(key, {epoch{3}, sequence{42}, sequence{40}, "state"})),
            bytes("0111 ec9c36c723b93b97 0000000000000003 000000000000002a 0000000000000028 7374617465"));
}

TEST(golden_bytes, history_row) {
  auto key = row_key(log_prefix(aurora), std::string(7, '\0') + '\x2d');
  EXPECT_EQ(hex(encode_history_row(key, "hi")), bytes("0112 623215e2521e86d7 6869"));
}

TEST(golden_bytes, mark) {
  auto key = row_key(log_prefix(aurora), "c-77");
  EXPECT_EQ(hex(encode_mark(key, {1'790'000'000'000, "45"})), bytes("0113 8574995eaa7b0bf2 000001a0c4506c00 3435"));
}

TEST(golden_bytes, reminder) {
  auto key = row_key(log_prefix(aurora), "close");
  EXPECT_EQ(hex(encode_reminder(key, {1'790'000'000'000, "45"})), bytes("0114 69bc1b3b1081ab3b 000001a0c4506c00 3435"));
}

TEST(golden_bytes, due) {
  auto key = due_key({partition{7}, 1'790'000'000'000, "room/aurora", "close"});
  EXPECT_EQ(hex(key), bytes("0007 000001a0c4506c00 000b 726f6f6d2f6175726f7261 636c6f7365"));
  EXPECT_EQ(hex(encode_due(key)), bytes("0115 445f50c8aa23fbc4"));
}

TEST(golden_bytes, floor) {
  auto key = log_prefix(aurora);
  EXPECT_EQ(hex(encode_floor(key, std::string(7, '\0') + '\x2d')), bytes("0116 e1826c335cb0b79b 000000000000002d"));
}

TEST(golden_bytes, meta) {
  EXPECT_EQ(hex(encode_number(record_type::format, format_key, 2)), bytes("0101 bdc351f359f588fc 0000000000000002"));
  EXPECT_EQ(hex(encode_number(record_type::format, format_key, 1)), bytes("0101 47d1f6d078942942 0000000000000001"));
  EXPECT_EQ(hex(encode_text(record_type::store_id, store_id_key, "5eed")), bytes("0102 3fcea5db0efd4d83 35656564"));
  EXPECT_EQ(hex(encode_text(record_type::history_id, history_id_key, "h9")), bytes("0103 ac8af9ee08ac74d4 6839"));
  EXPECT_EQ(hex(encode_number(record_type::epoch, epoch_key(partition{7}), 9)),
            bytes("0104 b80dd2454f1ed1ff 0000000000000009"));
}

TEST(record, what_was_encoded_is_decoded) {
  auto event = encode_event("k", {epoch{3}, "hi"});
  EXPECT_EQ(decode_event("k", event)->epoch, epoch{3});
  EXPECT_EQ(decode_event("k", event)->event, "hi");
  auto snapshot = encode_snapshot("k", {epoch{3}, sequence{42}, sequence{40}, ""});
  EXPECT_EQ(decode_snapshot("k", snapshot)->at, sequence{42});
  EXPECT_EQ(decode_snapshot("k", snapshot)->oldest, sequence{40});
  EXPECT_EQ(decode_snapshot("k", snapshot)->state, "");
  auto marked = encode_mark("k", {-5, "v"});
  EXPECT_EQ(decode_mark("k", marked)->expires_ms, -5);
  EXPECT_EQ(decode_mark("k", marked)->value, "v");
  auto reminded = encode_reminder("k", {7, "v"});
  EXPECT_EQ(decode_reminder("k", reminded)->due_ms, 7);
  EXPECT_EQ(decode_reminder("k", reminded)->payload, "v");
  due_entry entry{partition{7}, 1000, "room/aurora", "close"};
  EXPECT_EQ(decode_due(due_key(entry), encode_due(due_key(entry))), entry);
  EXPECT_EQ(decode_floor("k", encode_floor("k", "row")), "row");
  EXPECT_EQ(decode_number(record_type::epoch, "k", encode_number(record_type::epoch, "k", 9)), 9U);
  EXPECT_EQ(decode_text(record_type::store_id, "k", encode_text(record_type::store_id, "k", "id")), "id");
}

TEST(record, every_flipped_bit_is_noticed) {
  auto key = journal_key(log_prefix(aurora), sequence{42});
  auto whole = encode_event(key, {epoch{3}, "a short event"});
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    auto damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1U << (bit % 8)));
    auto decoded = decode_event(key, damaged);
    ASSERT_FALSE(decoded) << "bit " << bit;
    EXPECT_TRUE(decoded.error().is(condition::corrupt)) << "bit " << bit;
  }
}

TEST(record, every_cut_is_noticed) {
  auto whole = encode_mark("k", {1, "value"});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_TRUE(is(decode_mark("k", std::string_view(whole).substr(0, size)), condition::corrupt)) << size;
  }
  EXPECT_TRUE(is(decode_mark("k", whole + '\0'), condition::corrupt));
}

TEST(record, a_record_under_another_key_is_noticed) {
  auto value = encode_event("ab", {epoch{1}, "x"});
  EXPECT_TRUE(is(decode_event("ac", value), condition::corrupt));
  EXPECT_TRUE(is(decode_event("a", value), condition::corrupt));
}

TEST(record, a_record_of_another_type_is_refused) {
  EXPECT_TRUE(is(decode_mark("k", encode_event("k", {epoch{1}, "x"})), condition::corrupt));
}

TEST(record, damage_names_family_partition_log_and_sequence) {
  auto key = journal_key(log_prefix(aurora), sequence{42});
  auto text = decode_event(key, "nonsense").error().to_string();
  EXPECT_NE(text.find("journal, partition 7, log \"room/aurora\", sequence 42"), std::string::npos) << text;
}

TEST(record, a_floor_says_where_the_rows_begin_that_are_shown_unless_it_is_damaged) {
  const auto log = log_prefix({partition{7}, "room/aurora"});
  auto floor = encode_floor(log, "45");
  EXPECT_EQ(first_row_shown(log, floor), row_key(log, "45"));
  EXPECT_EQ(first_row_shown(log_prefix({partition{8}, "room/aurora"}), floor), "") << "of another log";
  floor.back() = '6';
  EXPECT_EQ(first_row_shown(log, floor), "");
}

TEST(record, only_marks_that_ended_are_expired) {
  auto ended = encode_mark("k", {1000, "v"});
  EXPECT_TRUE(mark_expired("k", ended, 1000));
  EXPECT_FALSE(mark_expired("k", ended, 999));
  EXPECT_FALSE(mark_expired("k", encode_mark("k", {0, "v"}), 1000)) << "0 is never";
  EXPECT_FALSE(mark_expired("other", ended, 1000)) << "damaged: it stays, to be named";
}

TEST(describe, shows_any_bytes) {
  EXPECT_EQ(describe(family::history, row_key(log_prefix(aurora), std::string(7, '\0') + '\x2d')),
            "history, partition 7, log \"room/aurora\", row 45");
  EXPECT_EQ(describe(family::marks, row_key(log_prefix(aurora), "c\n\"")),
            "marks, partition 7, log \"room/aurora\", row \"c\\x0a\\\"\"");
  EXPECT_EQ(describe(family::snapshots, "xy"), "snapshots, key \"xy\"");
  EXPECT_EQ(describe(family::meta, "format"), "meta, key \"format\"");
  EXPECT_EQ(describe(family::reminders, row_key(log_prefix(aurora), "close")),
            "reminders, partition 7, log \"room/aurora\", reminder \"close\"");
  EXPECT_EQ(describe(family::due, due_key({partition{7}, 1000, "room/aurora", "close"})),
            "due, partition 7, log \"room/aurora\", reminder \"close\" at 1000");
  EXPECT_EQ(describe(family::due, "xy"), "due, key \"xy\"");
  EXPECT_EQ(describe(family::floors, log_prefix(aurora)), "floors, partition 7, log \"room/aurora\"");
  EXPECT_EQ(describe(family::journal, std::string("\0\7\0\xff", 4)), "journal, key \"\\x00\\x07\\x00\\xff\"");
}

TEST(keys, of_due_reminders_sort_by_time) {
  auto at = [](std::int64_t ms, std::string name) { return due_key({partition{7}, ms, std::move(name), "r"}); };
  EXPECT_LT(at(255, "z"), at(256, "a"));
  EXPECT_LT(at(256, "z"), due_begin(partition{7}, 257));
  EXPECT_LT(due_begin(partition{7}, 257), at(257, "a"));
  EXPECT_LT(at(INT64_MAX, "z"), due_begin(partition{8}, 0));
}

TEST(keys, what_is_no_due_key_is_not_taken_for_one) {
  auto whole = due_key({partition{7}, 1000, "room/aurora", "r"});
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(parse_due_key(whole.substr(0, size))) << size;
  EXPECT_TRUE(parse_due_key(whole));
  EXPECT_FALSE(parse_due_key("\0\7\xff" + whole.substr(3))) << "before 1970";
}

TEST(keys, no_log_prefix_begins_with_another) {
  // The length comes before the name.
  EXPECT_NE(log_prefix({partition{1}, "ab"}).rfind(log_prefix({partition{1}, "a"}), 0), 0U);
}

TEST(keys, the_end_of_a_prefix_is_above_all_that_begin_with_it) {
  EXPECT_EQ(prefix_end("ab"), "ac");
  EXPECT_EQ(prefix_end("a\xff\xff"), "b");
}

}  // namespace
}  // namespace lightstick::storage
