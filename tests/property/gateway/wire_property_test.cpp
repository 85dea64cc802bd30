#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "runtime/base/names.hpp"
#include "wire_generators.hpp"

namespace lightstick::gateway::wire {
namespace {

constexpr int rounds = 50;  ///< of what is cheap, in each case
constexpr bounds wide{.bytes = 1 << 26, .depth = 16, .items = 1 << 20};

struct size_of_tree {
  std::uint32_t depth = 0;
  std::uint32_t items = 0;
  bool utf8 = true;
};

size_of_tree measure(const value& v) {
  size_of_tree size;
  auto take_in = [&size](const value& inner) {
    auto of_inner = measure(inner);
    size.depth = std::max(size.depth, of_inner.depth + 1);
    size.items += of_inner.items + 1;
    size.utf8 = size.utf8 && of_inner.utf8;
  };
  if (const auto* s = v.as<std::string>()) size.utf8 = valid_utf8(*s);
  if (const auto* a = v.as<array>()) {
    size.depth = 1;
    std::for_each(a->begin(), a->end(), take_in);
  }
  if (const auto* m = v.as<map>()) {
    size.depth = 1;
    for (const auto& e : *m) {
      size.utf8 = size.utf8 && valid_utf8(e.key);
      take_in(e.val);
    }
  }
  return size;
}

/// What must hold of whatever a reader lets through.
void check_accepted(const value& v, const bounds& b) {
  auto size = measure(v);
  RC_ASSERT(size.depth <= b.depth);
  RC_ASSERT(size.items <= b.items);
  RC_ASSERT(size.utf8);
  RC_ASSERT(read_json(as_json(v), wide).value() == v);
  RC_ASSERT(read_msgpack(as_msgpack(v), wide).value() == v);
}

void check_any_bytes(const std::string& bytes) {
  bounds b{.bytes = *rc::gen::inRange<std::size_t>(1, 200),
           .depth = *rc::gen::inRange<std::uint32_t>(0, 5),
           .items = *rc::gen::inRange<std::uint32_t>(0, 20)};
  for (auto read : {read_json, read_msgpack}) {
    if (auto v = read(bytes, b)) {
      RC_ASSERT(bytes.size() <= b.bytes);
      check_accepted(*v, b);
    } else {
      RC_ASSERT(!v.error().detail.empty());
      RC_ASSERT(valid_utf8(v.error().detail));
    }
  }
}

RC_GTEST_PROP(wire, what_is_written_as_json_is_read_back, ()) {
  const auto v = *any_tree(4);
  RC_ASSERT(read_json(as_json(v), wide).value() == v);
}

RC_GTEST_PROP(wire, what_is_written_as_msgpack_is_read_back, ()) {
  const auto v = *any_tree(4);
  RC_ASSERT(read_msgpack(as_msgpack(v), wide).value() == v);
}

/// Equal trees have equal bytes, also after a way through the other encoding.
RC_GTEST_PROP(wire, encodings_are_interchangeable, ()) {
  const auto v = *any_tree(4);
  RC_ASSERT(as_msgpack(read_json(as_json(v), wide).value()) == as_msgpack(v));
  RC_ASSERT(as_json(read_msgpack(as_msgpack(v), wide).value()) == as_json(v));
}

RC_GTEST_PROP(wire, no_part_of_a_tree_is_a_whole_msgpack, ()) {
  const auto bytes = as_msgpack(*any_tree(3));
  const auto size = *rc::gen::inRange<std::size_t>(0, bytes.size());
  RC_ASSERT(!read_msgpack(std::string_view(bytes).substr(0, size), wide));
}

RC_GTEST_PROP(wire, bounds_hold_for_random_bytes, ()) {
  for (int i = 0; i < rounds; ++i) {
    check_any_bytes(*rc::gen::container<std::string>(rc::gen::arbitrary<char>()));
  }
}

RC_GTEST_PROP(wire, bounds_hold_for_random_json_tokens, ()) {
  for (int i = 0; i < rounds; ++i) {
    const auto tokens = *rc::gen::container<std::vector<std::string>>(
        rc::gen::element<std::string>("{", "}", "[", "]", ",", ":", "\"a\"", "\"\"", "\"", "\\u12", "\\ud800", "1", "-",
                                      "0.5", "e9", "1e999", "null", "true", " ", "\xEC\x95", "99999999999999999999"));
    std::string text;
    for (const auto& token : tokens) {
      text += token;
    }
    check_any_bytes(text);
  }
}

RC_GTEST_PROP(wire, bounds_hold_for_damaged_trees, ()) {
  const auto v = *any_tree(4);
  check_any_bytes(damaged(*rc::gen::arbitrary<bool>() ? as_json(v) : as_msgpack(v)));
}

}  // namespace
}  // namespace lightstick::gateway::wire
