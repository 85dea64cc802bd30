#include "tests/sim/storage/start.hpp"

#include <algorithm>
#include <utility>

#include "storage/identity.hpp"
#include "tests/sim/disk/broken_engine.hpp"

namespace lightstick::sim {

result<started_store> start_store(machine& on, storage::options o, metrics& registry, breakage broken) {
  auto disk = engine::open(on.file);
  if (!disk) return fail(std::move(disk.error()));
  auto who = storage::read_identity(**disk);
  if (!who) return fail(std::move(who.error()));
  if (!*who) {
    auto made = storage::write_identity(**disk, storage::make_identity(on.chance.source()));
    if (!made) return fail(std::move(made.error()));
  }
  o.own_thread = false;
  auto* below = disk->get();
  std::unique_ptr<storage::engine> seen = std::move(*disk);
  if (breaks_writes(broken)) seen = break_engine(std::move(seen), broken);
  auto opened = storage::store::over(std::move(seen), std::move(o), registry, on.clock);
  if (!opened) return fail(std::move(opened.error()));
  return started_store{std::move(*opened), below};
}

std::optional<steady_time> committer_source::due() const {
  auto when = store_.pump_due();
  if (!when) return when;
  return std::max(*when, on_.file.busy_until());
}

}  // namespace lightstick::sim
