#include "storage/resync.hpp"

#include <algorithm>
#include <cstdint>

namespace lightstick::storage {
namespace {

constexpr std::size_t width_min = 16;  // so that an empty or short key has room above it

std::uint8_t byte_of(const std::string& s, std::size_t at) {
  return at < s.size() ? static_cast<std::uint8_t>(s[at]) : 0;
}

/// The smallest string above all that begin with `prefix`; nothing when it is all 0xFF.
std::optional<std::string> above(std::string prefix) {
  while (!prefix.empty() && static_cast<std::uint8_t>(prefix.back()) == 0xFF) prefix.pop_back();
  if (prefix.empty()) return std::nullopt;
  prefix.back() = static_cast<char>(static_cast<std::uint8_t>(prefix.back()) + 1);
  return prefix;
}

/// The middle of two strings taken as fractions of `width` bytes. REQUIRES: low <= high.
std::string middle(const std::string& low, const std::string& high, std::size_t width) {
  std::string sum(width, '\0');
  unsigned carry = 0;
  for (std::size_t i = width; i-- > 0;) {
    unsigned total = byte_of(low, i) + byte_of(high, i) + carry;
    sum[i] = static_cast<char>(total & 0xFFU);
    carry = total >> 8U;
  }
  for (std::size_t i = 0; i < width; ++i) {
    unsigned whole = (carry << 8U) | static_cast<std::uint8_t>(sum[i]);
    sum[i] = static_cast<char>(whole >> 1U);
    carry = whole & 1U;
  }
  return sum;
}

}  // namespace

std::optional<std::string> next_readable(const std::string& bad,
                                         const std::function<bool(const std::string&)>& readable) {
  const auto width = std::max(bad.size() + 1, width_min);
  auto padded = bad;
  padded.resize(width, '\0');
  std::size_t probes = 0;
  auto low = padded;
  std::optional<std::string> high;
  // First nearby, then further and further away: what shares ever less with `bad`.
  for (auto size = width; size > 0 && !high && probes < resync_probes_max; --size) {
    auto next = above(padded.substr(0, size));
    if (!next || *next <= low) continue;
    ++probes;
    if (readable(*next)) {
      high = std::move(next);
    } else {
      low = std::move(*next);
    }
  }
  if (!high) {
    high = std::string(width, '\xFF');
    ++probes;
    if (*high <= low || !readable(*high)) return std::nullopt;
  }
  high->resize(width, '\0');
  low.resize(width, '\0');
  while (probes < resync_probes_max) {
    auto between = middle(low, *high, width);
    if (between <= low) break;
    ++probes;
    (readable(between) ? *high : low) = std::move(between);
  }
  return high;
}

}  // namespace lightstick::storage
