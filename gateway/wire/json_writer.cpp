#include <array>
#include <charconv>

#include "gateway/wire/json.hpp"
#include "runtime/base/hex.hpp"

namespace lightstick::gateway::wire {
namespace {

/// Longest: a double, such as -2.2250738585072014e-308.
using digits = std::array<char, 32>;

template <class Number>
std::string_view print(digits& buffer, Number n) {
  auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), n).ptr;
  return {buffer.data(), static_cast<std::size_t>(end - buffer.data())};
}

bool plain(char c) noexcept { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; }

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  out += "\\u00";
  append_hex(out, static_cast<std::uint8_t>(c));
}

}  // namespace

void json_writer::quote(std::string_view utf8) {
  out_.push_back('"');
  std::size_t from = 0;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    if (plain(utf8[i])) continue;
    out_.append(utf8, from, i - from);
    append_escaped(out_, utf8[i]);
    from = i + 1;
  }
  out_.append(utf8, from);
  out_.push_back('"');
}

void json_writer::begin_map(std::size_t) {
  separate();
  out_.push_back('{');
  comma_ = false;
}

void json_writer::key(std::string_view name) {
  separate();
  quote(name);
  out_.push_back(':');
  comma_ = false;
}

void json_writer::end_map() {
  out_.push_back('}');
  comma_ = true;
}

void json_writer::begin_array(std::size_t) {
  separate();
  out_.push_back('[');
  comma_ = false;
}

void json_writer::end_array() {
  out_.push_back(']');
  comma_ = true;
}

void json_writer::null() {
  separate();
  out_ += "null";
}

void json_writer::boolean(bool b) {
  separate();
  out_ += b ? "true" : "false";
}

void json_writer::number(std::uint64_t n) {
  separate();
  digits buffer;
  out_ += print(buffer, n);
}

void json_writer::number(std::int64_t n) {
  separate();
  digits buffer;
  out_ += print(buffer, n);
}

void json_writer::number(double d) {
  separate();
  digits buffer;
  auto text = print(buffer, d);
  out_ += text;
  if (text.find_first_of(".e") == std::string_view::npos) out_ += ".0";
}

void json_writer::string(std::string_view utf8) {
  separate();
  quote(utf8);
}

}  // namespace lightstick::gateway::wire
