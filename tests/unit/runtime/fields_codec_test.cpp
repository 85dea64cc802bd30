#include "runtime/fields_codec.hpp"

#include "runtime/base/hex.hpp"
#include "runtime/operators/audit.hpp"

#include <gtest/gtest.h>

namespace lightstick::runtime {
namespace {

enum class colour : std::uint8_t { red, green };
struct inner {
  std::string name;
  std::optional<std::int32_t> level;
  static constexpr auto fields = std::tuple(&inner::name, &inner::level);
  friend bool operator==(const inner&, const inner&) = default;
};
struct outer {
  bool on = false;
  std::uint16_t port = 0;
  std::int64_t delta = 0;
  colour shade = colour::red;
  room_id room;
  offset off;
  wall_ms when;
  std::vector<inner> list;
  static constexpr auto fields = std::tuple(&outer::on, &outer::port, &outer::delta, &outer::shade, &outer::room,
                                            &outer::off, &outer::when, &outer::list);
  friend bool operator==(const outer&, const outer&) = default;
};
struct nothing {
  static constexpr auto fields = std::tuple<>();
  friend bool operator==(const nothing&, const nothing&) = default;
};

struct wide {
  std::uint64_t n = 70'000;
  static constexpr auto fields = std::tuple(&wide::n);
};
struct narrow {
  std::uint16_t n = 0;
  static constexpr auto fields = std::tuple(&narrow::n);
};
struct lists {
  std::vector<inner> all;
  static constexpr auto fields = std::tuple(&lists::all);
};

const outer sample{true, 8080, -5, colour::green, room_id{"aurora"}, offset{7}, wall_ms{9}, {{"a", 1}, {"b", {}}}};

TEST(fields_codec, structs_come_back) {
  EXPECT_EQ(decode_fields<outer>(encode_fields(sample), "sample").value(), sample);
  EXPECT_EQ(decode_fields<nothing>(encode_fields(nothing{}), "nothing").value(), nothing{});
}

TEST(fields_codec, bytes_are_these) {
  EXPECT_EQ(encode_fields(inner{"a", -2}), std::string("\x94\x01\xc4\x01"
                                                       "a\xc3\xfe"));
}

TEST(fields_codec, audit_entries_are_stored_as_documented) {
  audit::entry e{42, wall_ms{1'790'000'000'000}, "op", "127.0.0.1", "restart", "room/a", "done"};
  EXPECT_EQ(hex(encode_fields(e)),
            "98012acf000001a0c4506c00c4026f70c4093132372e302e302e31c40772657374617274c406726f6f6d2f61c404646f6e65");
}

TEST(fields_codec, one_of_several_is_told_by_its_place) {
  using either = std::variant<nothing, inner>;
  EXPECT_EQ(decode_one_of<either>(encode_one_of(either{inner{"x", 3}}), "either").value(), (either{inner{"x", 3}}));
  EXPECT_EQ(decode_one_of<either>(encode_one_of(either{nothing{}}), "either").value(), either{nothing{}});
  const auto beyond = decode_one_of<std::variant<nothing>>(encode_one_of(either{inner{}}), "either");
  ASSERT_FALSE(beyond);
  EXPECT_TRUE(beyond.error().is(condition::corrupt));
}

TEST(fields_codec, cut_and_changed_bytes_are_refused_or_read_never_worse) {
  const auto whole = encode_fields(sample);
  for (std::size_t n = 0; n < whole.size(); ++n) {
    EXPECT_FALSE(decode_fields<outer>(whole.substr(0, n), "sample")) << n;
    for (int bit = 0; bit < 8; ++bit) {
      auto changed = whole;
      changed[n] = static_cast<char>(changed[n] ^ (1 << bit));
      (void)decode_fields<outer>(changed, "sample");
    }
  }
}

TEST(fields_codec, numbers_that_do_not_fit_and_lists_that_are_too_long_are_refused) {
  EXPECT_FALSE(decode_fields<narrow>(encode_fields(wide{}), "narrow"));
  EXPECT_FALSE(decode_fields<lists>(encode_fields(wide{UINT64_MAX}), "list"));
  EXPECT_FALSE(decode_fields<wide>(encode_fields(wide{}, 2), "wide")) << "a newer version";
}

}  // namespace
}  // namespace lightstick::runtime
