#include "storage/rocks/open.hpp"

#include "storage/rocks/database.hpp"
#include "storage/rocks/disk_room.hpp"
#include "storage/rocks/engine.hpp"
#include "storage/rocks/tuning.hpp"

namespace lightstick::storage::rocks {

result<std::unique_ptr<engine>> open(const open_options& o, const clock_source& clock) {
  if (auto room = check_disk_room(o, log_bytes(o)); !room) return fail(std::move(room.error()));
  auto cache = make_cache(o.memory_bytes);
  auto opened = database::open(o, database::access::read_write, cache, clock);
  if (!opened) return fail(std::move(opened.error()));
  return std::make_unique<rocks_engine>(std::move(*opened), o, std::move(cache), clock);
}

}  // namespace lightstick::storage::rocks
