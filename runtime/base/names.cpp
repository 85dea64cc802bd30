#include "runtime/base/names.hpp"

#include <cstdint>

namespace lightstick {
namespace {

/// Length of the sequence that starts with `lead`; 0 when no sequence does.
std::size_t sequence_length(std::uint8_t lead) noexcept {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

/// RFC 3629 section 4: the second byte's range depends on the first.
bool second_byte_fits(std::uint8_t lead, std::uint8_t second) noexcept {
  switch (lead) {
    case 0xE0: return second >= 0xA0 && second <= 0xBF;
    case 0xED: return second >= 0x80 && second <= 0x9F;
    case 0xF0: return second >= 0x90 && second <= 0xBF;
    case 0xF4: return second >= 0x80 && second <= 0x8F;
    default: return second >= 0x80 && second <= 0xBF;
  }
}

}  // namespace

bool valid_utf8(std::string_view bytes) noexcept {
  std::size_t i = 0;
  while (i < bytes.size()) {
    auto lead = static_cast<std::uint8_t>(bytes[i]);
    auto length = sequence_length(lead);
    if (length == 0 || bytes.size() - i < length) return false;
    if (length > 1 && !second_byte_fits(lead, static_cast<std::uint8_t>(bytes[i + 1]))) return false;
    for (std::size_t k = 2; k < length; ++k) {
      if ((static_cast<std::uint8_t>(bytes[i + k]) & 0xC0) != 0x80) return false;
    }
    i += length;
  }
  return true;
}

result<void> check_name(std::string_view name, std::string_view what, std::size_t bytes_max) {
  auto refuse = [&](std::string_view why) { return fail(errc::invalid, std::string(what) + " " + std::string(why)); };
  if (name.empty()) return refuse("is empty");
  if (name.size() > bytes_max) return refuse("is longer than " + std::to_string(bytes_max) + " bytes");
  if (!valid_utf8(name)) return refuse("is not UTF-8");
  for (std::size_t i = 0; i < name.size(); ++i) {
    auto c = static_cast<std::uint8_t>(name[i]);
    if (c < 0x20 || c == 0x7F) return refuse("has a control character");
    if (c == '/') return refuse("has a '/'");
    if (c == 0xC2 && i + 1 < name.size() && static_cast<std::uint8_t>(name[i + 1]) < 0xA0) {
      return refuse("has a control character");
    }
  }
  return {};
}

}  // namespace lightstick
