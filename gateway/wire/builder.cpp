#include "gateway/wire/builder.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "runtime/base/names.hpp"

namespace lightstick::gateway::wire {
namespace {

constexpr std::size_t reserved_max = 8;
constexpr std::size_t compared_max = 8;

/// `valid_utf8` behind a quick walk over what is mostly ASCII.
bool utf8(std::string_view bytes) noexcept {
  constexpr std::uint64_t high_bits = 0x8080808080808080;
  std::size_t ascii = 0;
  for (std::uint64_t word = 0; bytes.size() - ascii >= sizeof word; ascii += sizeof word) {
    std::memcpy(&word, bytes.data() + ascii, sizeof word);
    if ((word & high_bits) != 0) break;
  }
  return valid_utf8(bytes.substr(ascii));
}

bool has_key_twice(const map& m) {
  if (m.size() <= compared_max) {
    for (std::size_t i = 1; i < m.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        if (m[i].key == m[k].key) return true;
      }
    }
    return false;
  }
  std::vector<const std::string*> keys;
  keys.reserve(m.size());
  for (const auto& e : m) {
    keys.push_back(&e.key);
  }
  std::sort(keys.begin(), keys.end(), [](auto a, auto b) { return *a < *b; });
  return std::adjacent_find(keys.begin(), keys.end(), [](auto a, auto b) { return *a == *b; }) != keys.end();
}

}  // namespace

bool builder::refuse(std::string why) {
  if (why_.empty()) why_ = std::move(why);
  return false;
}

bool builder::room_for_item() {
  if (items_ == bounds_.items) return refuse("more than " + std::to_string(bounds_.items) + " keys and elements");
  ++items_;
  return true;
}

bool builder::room_for_container(std::size_t announced) {
  if (open_.size() >= bounds_.depth) {
    return refuse("nested deeper than " + std::to_string(bounds_.depth) + " arrays and maps");
  }
  if (announced > bounds_.items - items_) {
    return refuse("more than " + std::to_string(bounds_.items) + " keys and elements");
  }
  return true;
}

bool builder::valid_string(std::string_view bytes) { return utf8(bytes) || refuse("a string is not UTF-8"); }

bool builder::add(value v) {
  if (open_.empty()) {
    root_ = std::move(v);
    finished_ = true;
    return true;
  }
  if (auto* m = open_.back().as<map>()) {
    m->back().val = std::move(v);
    return true;
  }
  if (!room_for_item()) return false;
  open_.back().as<array>()->push_back(std::move(v));
  return true;
}

bool builder::add_string(std::string_view bytes) { return valid_string(bytes) && add(value(bytes)); }

bool builder::add_number(double d) {
  if (!std::isfinite(d)) return refuse("a number is not finite");
  return add(value(d));
}

bool builder::key(std::string_view bytes) {
  if (!room_for_item() || !valid_string(bytes)) return false;
  open_.back().as<map>()->push_back(member{std::string(bytes), value()});
  return true;
}

bool builder::begin_array(std::size_t announced) {
  if (!room_for_container(announced)) return false;
  array a;
  a.reserve(std::min(announced, reserved_max));
  open_.emplace_back(std::move(a));
  return true;
}

bool builder::begin_map(std::size_t announced) {
  if (!room_for_container(announced)) return false;
  map m;
  m.reserve(announced == 0 ? reserved_max : std::min(announced, reserved_max));
  open_.emplace_back(std::move(m));
  return true;
}

bool builder::end() {
  const auto* m = open_.back().as<map>();
  if (m != nullptr && has_key_twice(*m)) return refuse("a map has a key twice");
  value done = std::move(open_.back());
  open_.pop_back();
  return add(std::move(done));
}

result<value> builder::take(std::string_view otherwise) {
  if (why_.empty() && finished_) return std::move(root_);
  return fail(errc::invalid, why_.empty() ? std::string(otherwise) : std::move(why_));
}

}  // namespace lightstick::gateway::wire
