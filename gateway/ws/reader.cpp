#include "gateway/ws/reader.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "runtime/base/names.hpp"

namespace lightstick::gateway::ws {
namespace {

constexpr std::uint8_t final_bit = 0x80;
constexpr std::uint8_t reserved_bits = 0x70;
constexpr std::uint8_t opcode_bits = 0x0F;
constexpr std::uint8_t mask_bit = 0x80;
constexpr std::uint8_t length_bits = 0x7F;
constexpr std::uint8_t two_bytes_follow = 126;
constexpr std::uint8_t eight_bytes_follow = 127;
constexpr std::size_t mask_bytes = 4;
constexpr std::uint16_t protocol_error = 1002;
constexpr std::uint16_t invalid_text = 1007;

arrival broken(std::uint16_t code, std::string_view why) { return {arrival::what::broken, false, code, why}; }

std::uint64_t big_endian(std::span<const char> bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8U | static_cast<std::uint8_t>(c);
  return value;
}

void unmask(std::span<char> payload, std::span<const char, mask_bytes> key) {
  std::uint64_t wide = 0;
  std::memcpy(&wide, key.data(), mask_bytes);
  wide |= wide << 32U;
  std::size_t i = 0;
  for (; i + sizeof wide <= payload.size(); i += sizeof wide) {
    std::uint64_t part = 0;
    std::memcpy(&part, payload.data() + i, sizeof part);
    part ^= wide;
    std::memcpy(payload.data() + i, &part, sizeof part);
  }
  for (; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ key[i % mask_bytes]);
}

}  // namespace

struct reader::head {
  std::uint8_t first = 0;
  bool masked = false;
  std::uint64_t length = 0;
  std::size_t bytes = 0;  ///< of the head, the mask among it

  [[nodiscard]] bool final() const noexcept { return (first & final_bit) != 0; }
  [[nodiscard]] opcode kind() const noexcept { return static_cast<opcode>(first & opcode_bits); }
  [[nodiscard]] bool is_control() const noexcept { return (first & 0x08U) != 0; }

  /// None: not all of it is there.
  static std::optional<head> of(std::span<const char> in) {
    if (in.size() < 2) return std::nullopt;
    head h;
    h.first = static_cast<std::uint8_t>(in[0]);
    const auto second = static_cast<std::uint8_t>(in[1]);
    h.masked = (second & mask_bit) != 0;
    h.length = second & length_bits;
    std::size_t more = 0;
    if (h.length == two_bytes_follow) more = 2;
    if (h.length == eight_bytes_follow) more = 8;
    h.bytes = 2 + more + (h.masked ? mask_bytes : 0);
    if (in.size() < h.bytes) return std::nullopt;
    if (more > 0) h.length = big_endian(in.subspan(2, more));
    return h;
  }
};

std::optional<arrival> reader::next(std::span<char>& bytes) {
  if (std::exchange(given_, false)) forget();
  while (!ended_ && !bytes.empty()) {
    // From the given bytes where a whole frame stands in them; from a copy where one has come in parts.
    const bool in_parts = !kept_.empty();
    if (in_parts) {
      const auto known = head::of(kept_);
      const auto want = known ? known->bytes + static_cast<std::size_t>(known->length) : kept_.size() + 1;
      const auto more = std::min(bytes.size(), want - kept_.size());
      kept_.append(bytes.data(), more);
      bytes = bytes.subspan(more);
    }
    const std::span<char> from = in_parts ? std::span<char>(kept_) : bytes;
    const auto h = head::of(from);
    if (h) {
      if (auto bad = check(*h)) return end(*bad);
    }
    if (!h || from.size() - h->bytes < h->length) {
      if (in_parts) continue;
      kept_.assign(bytes.begin(), bytes.end());
      bytes = {};
      break;
    }
    const auto length = static_cast<std::size_t>(h->length);
    auto payload = from.subspan(h->bytes, length);
    unmask(payload, from.subspan(h->bytes - mask_bytes).first<mask_bytes>());
    if (!in_parts) bytes = bytes.subspan(h->bytes + length);
    auto done = take(*h, payload);
    if (done) {
      given_ = true;
      return done->kind == arrival::what::message || done->kind == arrival::what::ping ||
                     done->kind == arrival::what::pong
                 ? *done
                 : end(*done);
    }
    kept_.clear();
  }
  if (ended_) bytes = {};
  return std::nullopt;
}

/// Against the RFC, or beyond the bound: known from the head alone.
std::optional<arrival> reader::check(const head& h) const {
  if ((h.first & reserved_bits) != 0) return broken(protocol_error, "a reserved bit is set");
  if (!h.masked) return broken(protocol_error, "a frame is not masked");
  switch (h.kind()) {
    case opcode::close:
    case opcode::ping:
    case opcode::pong:
      if (!h.final() || h.length > control_bytes_max) return broken(protocol_error, "a control frame is too long");
      return std::nullopt;
    case opcode::continuation:
      if (!fragmented_) return broken(protocol_error, "nothing to go on with");
      break;
    case opcode::text:
    case opcode::binary:
      if (fragmented_) return broken(protocol_error, "a message within a message");
      break;
    default: return broken(protocol_error, "an unknown kind of frame");
  }
  if (h.length > message_bytes_max_ - message_.size()) return arrival{arrival::what::too_long, false, 0, {}};
  return std::nullopt;
}

std::optional<arrival> reader::take(const head& h, std::span<char> payload) {
  const std::string_view said(payload.data(), payload.size());
  if (h.is_control()) return control(h, said);
  const bool begins = h.kind() != opcode::continuation;
  const bool text = begins ? h.kind() == opcode::text : text_;
  if (begins && h.final()) return whole(text, said);
  text_ = text;
  message_ += said;
  fragmented_ = !h.final();
  if (fragmented_) return std::nullopt;
  return whole(text, message_);
}

arrival reader::whole(bool text, std::string_view payload) {
  if (text && !valid_utf8(payload)) return broken(invalid_text, "not UTF-8");
  return {arrival::what::message, text, 0, payload};
}

arrival reader::control(const head& h, std::string_view payload) {
  if (h.kind() == opcode::ping) return {arrival::what::ping, false, 0, payload};
  if (h.kind() == opcode::pong) return {arrival::what::pong, false, 0, payload};
  if (payload.empty()) return {arrival::what::close, false, 0, payload};
  if (payload.size() == 1) return broken(protocol_error, "half a close code");
  const auto code = static_cast<std::uint16_t>(big_endian(std::span(payload).first(2)));
  if (!valid_close_code(code)) return broken(protocol_error, "an impossible close code");
  if (!valid_utf8(payload.substr(2))) return broken(invalid_text, "not UTF-8");
  return {arrival::what::close, false, code, payload.substr(2)};
}

arrival reader::end(arrival a) noexcept {
  ended_ = true;
  given_ = true;
  return a;
}

void reader::forget() noexcept {
  // An assignment would keep the memory.
  std::string().swap(kept_);
  if (!fragmented_) std::string().swap(message_);
}

}  // namespace lightstick::gateway::ws
