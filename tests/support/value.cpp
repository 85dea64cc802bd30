#include "tests/support/value.hpp"

#include <algorithm>
#include <stdexcept>

#include "tests/support/value_codecs.hpp"

namespace lightstick::test {
namespace {

[[noreturn]] void not_a(std::string_view wanted, const value& v) {
  throw std::runtime_error("expected " + std::string(wanted) + ", got " + encode(encoding::json, v));
}

template <class T>
const T& get(const value& v, std::string_view wanted) {
  if (const auto* held = std::get_if<T>(&v.held())) {
    return *held;
  }
  not_a(wanted, v);
}

const value* find(const value::map& entries, std::string_view key) {
  const auto at = std::ranges::find(entries, key, &value::map::value_type::first);
  return at == entries.end() ? nullptr : &at->second;
}

}  // namespace

std::string_view to_string(encoding e) noexcept { return e == encoding::json ? "json" : "msgpack"; }
std::ostream& operator<<(std::ostream& out, encoding e) { return out << to_string(e); }

bool value::flag() const { return get<bool>(*this, "true or false"); }
std::uint64_t value::number() const { return get<std::uint64_t>(*this, "an unsigned number"); }
const std::string& value::text() const { return get<std::string>(*this, "a string"); }
const value::array& value::items() const { return get<array>(*this, "an array"); }
const value::map& value::entries() const { return get<map>(*this, "a map"); }

std::int64_t value::signed_number() const {
  if (const auto* negative = std::get_if<std::int64_t>(&held_)) {
    return *negative;
  }
  return static_cast<std::int64_t>(number());
}

bool value::has(std::string_view key) const { return find(entries(), key) != nullptr; }

const value& value::operator[](std::string_view key) const {
  if (const auto* found = find(entries(), key)) {
    return *found;
  }
  not_a("a map with the key '" + std::string(key) + "'", *this);
}

const value& value::at(std::size_t index) const {
  if (index >= items().size()) {
    not_a("an array with an element " + std::to_string(index), *this);
  }
  return items()[index];
}

void value::set(std::string_view key, value v) {
  auto& entries = std::get<map>(held_);
  const auto at = std::ranges::find(entries, key, &map::value_type::first);
  if (at != entries.end()) {
    at->second = std::move(v);
  } else {
    entries.emplace_back(std::string(key), std::move(v));
  }
}

bool operator==(const value& a, const value& b) {
  if (!a.is_map() || !b.is_map()) {
    return a.held_ == b.held_;
  }
  const auto& left = a.entries();
  const auto& right = b.entries();
  return left.size() == right.size() && std::ranges::all_of(left, [&](const auto& entry) {
           const auto* other = find(right, entry.first);
           return other != nullptr && *other == entry.second;
         });
}

std::ostream& operator<<(std::ostream& out, const value& v) { return out << encode(encoding::json, v); }

void codecs::add_entry(value::map& entries, std::string key, value v) {
  if (find(entries, key) != nullptr) {
    throw std::runtime_error("the key '" + key + "' is there twice");
  }
  entries.emplace_back(std::move(key), std::move(v));
}

std::string encode(encoding e, const value& v) {
  return e == encoding::json ? codecs::encode_json(v) : codecs::encode_msgpack(v);
}

value decode(encoding e, std::string_view bytes) {
  return e == encoding::json ? codecs::decode_json(bytes) : codecs::decode_msgpack(bytes);
}

}  // namespace lightstick::test
