#include "gateway/protocol/fields.hpp"

#include <limits>

#include "runtime/base/names.hpp"

namespace lightstick::gateway::protocol {

void fields::refuse(std::string_view key, std::string_view why) {
  if (failed()) return;
  why_.append(path_).append(key).append(" ").append(why);
}

void fields::refuse(std::string why) {
  if (!failed()) why_ = std::move(why);
}

wire::value* fields::present(std::string_view key) {
  auto* v = wire::find(from_, key);
  return v == nullptr || v->is_null() ? nullptr : v;
}

template <class T>
T* fields::typed(std::string_view key, std::string_view wanted) {
  auto* v = present(key);
  if (v == nullptr) return nullptr;
  auto* found = v->as<T>();
  if (found == nullptr) refuse(key, wanted);
  return found;
}

template <class T>
T fields::required(std::string_view key, std::optional<T> found) {
  if (found) return std::move(*found);
  refuse(key, "is missing");  // unless a better reason was there before
  return {};
}

std::optional<std::string> fields::optional_name(std::string_view key, std::size_t bytes_max) {
  auto* text = typed<std::string>(key, "is not a string");
  if (text == nullptr) return std::nullopt;
  auto checked = check_name(*text, path_ + std::string(key), bytes_max);
  if (!checked) refuse(std::move(checked.error().detail));
  return std::move(*text);
}

std::string fields::name(std::string_view key, std::size_t bytes_max) {
  return required(key, optional_name(key, bytes_max));
}

std::optional<std::string> fields::optional_string(std::string_view key, std::size_t bytes_max) {
  auto* text = typed<std::string>(key, "is not a string");
  if (text == nullptr) return std::nullopt;
  if (text->size() > bytes_max) refuse(key, "is longer than " + std::to_string(bytes_max) + " bytes");
  return std::move(*text);
}

std::string fields::filled_string(std::string_view key) {
  auto text = required(key, optional_string(key, std::numeric_limits<std::size_t>::max()));
  if (text.empty()) refuse(key, "is empty");
  return text;
}

std::optional<std::uint64_t> fields::optional_number(std::string_view key, std::uint64_t min, std::uint64_t max) {
  auto* v = present(key);
  if (v == nullptr) return std::nullopt;
  const auto* n = v->as<std::uint64_t>();
  if (n == nullptr || *n < min || *n > max) {
    refuse(key, "is not an integer from " + std::to_string(min) + " to " + std::to_string(max));
    return std::nullopt;
  }
  return *n;
}

std::uint64_t fields::number(std::string_view key, std::uint64_t min, std::uint64_t max) {
  return required(key, optional_number(key, min, max));
}

std::optional<std::int64_t> fields::optional_signed(std::string_view key) {
  auto* v = present(key);
  if (v == nullptr) return std::nullopt;
  if (const auto* n = v->as<std::int64_t>()) return *n;
  const auto* n = v->as<std::uint64_t>();
  if (n != nullptr && std::in_range<std::int64_t>(*n)) return static_cast<std::int64_t>(*n);
  refuse(key, "is not an integer of 64 bits with a sign");
  return std::nullopt;
}

std::optional<bool> fields::optional_flag(std::string_view key) {
  const auto* flag = typed<bool>(key, "is neither true nor false");
  return flag == nullptr ? std::nullopt : std::optional(*flag);
}

wire::map* fields::optional_map(std::string_view key) { return typed<wire::map>(key, "is not a map"); }

wire::array* fields::optional_array(std::string_view key) { return typed<wire::array>(key, "is not an array"); }

}  // namespace lightstick::gateway::protocol
