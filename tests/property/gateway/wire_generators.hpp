#pragma once

#include <rapidcheck.h>

#include <bit>
#include <cmath>
#include <ostream>
#include <set>
#include <string>

#include "gateway/wire/json.hpp"
#include "gateway/wire/msgpack_codec.hpp"

/// Random trees and random damage, shared by the properties of this folder.
namespace lightstick::gateway::wire {

inline std::string as_json(const value& v) {
  std::string out;
  json_writer w(out);
  write(w, v);
  return out;
}

inline std::string as_msgpack(const value& v) {
  std::string out;
  msgpack_writer w(out);
  write(w, v);
  return out;
}

/// How rapidcheck shows a tree that fails.
// NOLINTNEXTLINE(readability-identifier-naming): its name for it
inline void showValue(const value& v, std::ostream& out) { out << as_json(v); }

/// Any code point but surrogates, ASCII half of the time.
inline void append_utf8(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out.push_back(static_cast<char>(0xC0 | c >> 6));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  } else if (c < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | c >> 12));
    out.push_back(static_cast<char>(0x80 | (c >> 6 & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  } else {
    out.push_back(static_cast<char>(0xF0 | c >> 18));
    out.push_back(static_cast<char>(0x80 | (c >> 12 & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (c >> 6 & 0x3F)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
  }
}

inline rc::Gen<std::string> any_text() {
  auto code_point =
      rc::gen::oneOf(rc::gen::inRange<std::uint32_t>(0, 0x80), rc::gen::inRange<std::uint32_t>(0x80, 0xD800),
                     rc::gen::inRange<std::uint32_t>(0xE000, 0x110000));
  return rc::gen::map(rc::gen::container<std::vector<std::uint32_t>>(code_point), [](const auto& points) {
    std::string text;
    for (auto c : points) {
      append_utf8(text, c);
    }
    return text;
  });
}

inline double finite_of(std::uint64_t bits) {
  const auto d = std::bit_cast<double>(bits);
  return std::isfinite(d) ? d : 0.5;
}

inline rc::Gen<value> any_scalar() {
  using rc::gen::arbitrary;
  using rc::gen::inRange;
  using rc::gen::map;
  return rc::gen::oneOf(
      rc::gen::just(value()), map(arbitrary<bool>(), [](bool b) { return value(b); }),
      map(inRange<std::int64_t>(-300, 70'000), [](std::int64_t n) { return value(n); }),
      map(arbitrary<std::uint64_t>(), [](std::uint64_t n) { return value(n * 0x9E3779B97F4A7C15U); }),
      map(arbitrary<std::uint64_t>(),
          [](std::uint64_t n) { return value(static_cast<std::int64_t>(n * 0x9E3779B97F4A7C15U)); }),
      map(arbitrary<double>(), [](double d) { return value(std::isfinite(d) ? d : 1.0); }),
      map(arbitrary<std::uint64_t>(), [](std::uint64_t n) { return value(finite_of(n * 0x9E3779B97F4A7C15U)); }),
      map(any_text(), [](std::string s) { return value(std::move(s)); }));
}

/// A tree whose arrays and maps lie at most `depth` inside one another.
inline rc::Gen<value> any_tree(int depth) {
  if (depth == 0) return any_scalar();
  auto inner = rc::gen::scale(0.3, rc::gen::lazy([depth] { return any_tree(depth - 1); }));
  auto arrays = rc::gen::map(rc::gen::container<array>(inner), [](array a) { return value(std::move(a)); });
  auto members = rc::gen::container<std::vector<std::pair<std::string, value>>>(rc::gen::pair(any_text(), inner));
  auto maps = rc::gen::map(members, [](const auto& pairs) {
    map m;
    std::set<std::string> seen;
    for (const auto& [key, val] : pairs) {
      if (seen.insert(key).second) m.push_back({key, val});
    }
    return value(std::move(m));
  });
  return rc::gen::oneOf(any_scalar(), arrays, maps);
}

/// The bytes with a few of them changed, removed, doubled or put in.
inline std::string damaged(std::string bytes) {
  const auto times = *rc::gen::inRange(1, 6);
  for (int i = 0; i < times; ++i) {
    const auto at = static_cast<std::size_t>(*rc::gen::inRange<std::size_t>(0, bytes.size() + 1));
    const auto byte = static_cast<char>(*rc::gen::inRange(0, 256));
    switch (*rc::gen::inRange(0, 5)) {
      case 0: bytes.insert(at, 1, byte); break;
      case 1: bytes.erase(at, static_cast<std::size_t>(*rc::gen::inRange(0, 4))); break;
      case 2: bytes.insert(at, bytes.substr(at, static_cast<std::size_t>(*rc::gen::inRange(0, 16)))); break;
      case 3: bytes.resize(at); break;
      default:
        if (at < bytes.size()) bytes[at] = byte;
    }
  }
  return bytes;
}

}  // namespace lightstick::gateway::wire
