#include "runtime/base/ids.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>
#include <algorithm>
#include <array>

namespace lightstick {
namespace {

/// Names that are shorter are put side by side first: the hash is the same, and four times as quick.
constexpr std::size_t short_bytes = 128;

std::uint64_t hash64(const actor_id& id) noexcept {
  const auto size = id.kind.size() + 1 + id.key.size();
  if (size <= short_bytes) {
    std::array<char, short_bytes>
        whole;  // NOLINT(cppcoreguidelines-pro-type-member-init): the part that is read is set
    std::copy(id.kind.begin(), id.kind.end(), whole.begin());
    whole.at(id.kind.size()) = '/';
    std::copy(id.key.begin(), id.key.end(), whole.begin() + static_cast<std::ptrdiff_t>(id.kind.size()) + 1);
    return XXH3_64bits(whole.data(), size);
  }
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  XXH3_64bits_update(&state, id.kind.data(), id.kind.size());
  XXH3_64bits_update(&state, "/", 1);
  XXH3_64bits_update(&state, id.key.data(), id.key.size());
  return XXH3_64bits_digest(&state);
}

}  // namespace

partition partition_of(const actor_id& id) noexcept {
  return partition{static_cast<std::uint16_t>(hash64(id) % partition_count)};
}

std::size_t hash_of(const actor_id& id) noexcept { return hash64(id); }

}  // namespace lightstick
