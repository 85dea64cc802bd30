#pragma once

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "storage/bytes.hpp"
#include "storage/record.hpp"

namespace lightstick::fuzz {

/// A record with the checksum that belongs to it, as docs/formats.md has it: or else no made-up record would come past
/// the checksum.
[[nodiscard]] inline std::string seal(std::string_view key, std::uint8_t version, std::uint8_t type,
                                      std::string_view payload) {
  std::string head{static_cast<char>(version), static_cast<char>(type)};
  std::string summed;
  storage::put_big_endian(summed, static_cast<std::uint32_t>(key.size()));
  summed.append(key).append(head).append(payload);
  storage::put_big_endian(head, static_cast<std::uint64_t>(XXH3_64bits(summed.data(), summed.size())));
  return head.append(payload);
}

}  // namespace lightstick::fuzz
