#include "runtime/base/ids.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace lightstick {
namespace {

std::uint64_t hash64(const actor_id& id) noexcept {
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
