#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "gateway/wire/json.hpp"
#include "runtime/base/hex.hpp"
#include "runtime/base/names.hpp"

namespace lightstick::gateway::admin {

/// Fields of one JSON map, in the order of the calls.
class fields {
 public:
  explicit fields(wire::json_writer& w) : w_(w) { w_.begin_map(0); }
  fields(const fields&) = delete;
  fields& operator=(const fields&) = delete;
  ~fields() { w_.end_map(); }

  /// What is not UTF-8 is shown with \\xNN for each byte beyond ASCII: a reader of JSON refuses the whole answer otherwise.
  fields& text(std::string_view key, std::string_view value) {
    w_.key(key);
    if (valid_utf8(value)) {
      w_.string(value);
    } else {
      w_.string(ascii_of(value));
    }
    return *this;
  }
  fields& number(std::string_view key, std::uint64_t value) {
    w_.key(key);
    w_.number(value);
    return *this;
  }
  fields& number(std::string_view key, std::chrono::milliseconds value) {
    w_.key(key);
    w_.number(static_cast<std::int64_t>(value.count()));
    return *this;
  }
  fields& decimal(std::string_view key, double value) {
    w_.key(key);
    w_.number(value);
    return *this;
  }
  fields& flag(std::string_view key, bool value) {
    w_.key(key);
    w_.boolean(value);
    return *this;
  }

 private:
  static std::string ascii_of(std::string_view bytes) {
    std::string out;
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x80) {
        out += c;
      } else {
        out += "\\x";
        append_hex(out, byte);
      }
    }
    return out;
  }

  wire::json_writer& w_;
};

template <class Write>
[[nodiscard]] std::string map_json(Write write) {
  std::string body;
  wire::json_writer w(body);
  {
    fields out(w);
    write(out, w);
  }
  return body;
}

}  // namespace lightstick::gateway::admin
