#pragma once

#include <string>
#include <string_view>

#include "gateway/ws/frame.hpp"

namespace lightstick::gateway::ws {

/// A client's frame, masked.
inline std::string masked(opcode kind, std::string_view payload, bool final = true) {
  static constexpr std::string_view key = "\x37\xfa\x21\x3d";
  const auto whole = prepared(kind, payload);
  const auto head = whole.bytes().substr(0, whole.size() - payload.size());
  std::string out(head);
  out[1] = static_cast<char>(out[1] | '\x80');
  if (!final) out[0] = static_cast<char>(out[0] & '\x7f');
  out += key;
  for (std::size_t i = 0; i < payload.size(); ++i) out += static_cast<char>(payload[i] ^ key[i % key.size()]);
  return out;
}

}  // namespace lightstick::gateway::ws
