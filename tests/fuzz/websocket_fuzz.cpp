// The frames of a client. The input: bound of a message (1) | where the bytes are cut into two parts (1) | bytes

#include <algorithm>
#include <span>
#include <vector>

#include "gateway/ws/reader.hpp"
#include "tests/fuzz/input.hpp"

namespace {

using lightstick::fuzz::require;
using namespace lightstick::gateway::ws;

struct heard {
  arrival::what kind;
  bool text;
  std::uint16_t code;
  std::string payload;
  bool operator==(const heard&) const = default;
};

std::vector<heard> read(std::string bytes, std::size_t message_max, std::size_t step) {
  reader r(message_max);
  std::vector<heard> out;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    auto part = std::span(bytes).subspan(at, std::min(step, bytes.size() - at));
    while (auto a = r.next(part)) out.push_back({a->kind, a->text, a->code, std::string(a->payload)});
    require(part.empty());
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lightstick::fuzz::input in(data, size);
  const std::size_t message_max = in.byte() * 16U;
  const std::size_t step = in.byte() + 1U;
  const auto bytes = in.rest();
  const auto whole = read(bytes, message_max, bytes.size() + 1);
  require(whole == read(bytes, message_max, step));
  for (const auto& each : whole) {
    if (each.kind == arrival::what::message) require(each.payload.size() <= message_max);
    // What was understood can be said again.
    const prepared again(opcode::binary, each.payload);
    require(again.payload() == each.payload);
  }
  return 0;
}
