#include "tools/node/stored_actors.hpp"

#include "actors/room/messages.hpp"

namespace lightstick::tools {

runtime::inspection describe(const runtime::recovered_log& stored) {
  std::size_t event_bytes = 0;
  for (const auto& event : stored.events) event_bytes += event.size();
  return {
      {"epoch", std::to_string(stored.owner_epoch.value())},
      {"sequence", std::to_string(stored.last.value())},
      {"snapshot_at", std::to_string(stored.snapshot_at.value())},
      {"snapshot_bytes", std::to_string(stored.snapshot ? stored.snapshot->size() : 0)},
      {"events_after_snapshot", std::to_string(stored.events.size())},
      {"events_bytes", std::to_string(event_bytes)},
      {"marks", std::to_string(stored.marks.size())},
  };
}

std::optional<std::string> unready_because(const storage::disk_waits& waits) {
  const bool commit = waits.commit >= unready_after;
  if (!commit && waits.read < unready_after) return std::nullopt;
  const auto s = std::chrono::duration_cast<std::chrono::seconds>(commit ? waits.commit : waits.read).count();
  return std::string(commit ? "a commit" : "a read") + " has waited for the disk for " + std::to_string(s) + " s";
}

std::optional<gateway::placement> stored_actors::where(partition p) const {
  const auto owned = who_owns_.owner_of(p);
  if (!owned) return std::nullopt;
  return gateway::placement{owned->owner, owned->owner == who_owns_.self(), owned->epoch};
}

void stored_actors::list_rooms(std::string cursor, std::size_t limit,
                               unique_function<void(result<gateway::room_names>)> done) {
  log_.reads().submit(
      [&store = store_, cursor = std::move(cursor), limit, done = std::move(done)](result<void> may) mutable {
        if (!may) return done(fail(std::move(may.error())));
        const std::string begin = std::string(actors::room::kind) + "/";
        auto found = store.log_names({begin, std::move(cursor), static_cast<std::uint32_t>(limit)});
        if (!found) return done(fail(std::move(found.error())));
        gateway::room_names out{{}, std::move(found->cursor)};
        for (const auto& log : found->logs) out.rooms.emplace_back(log.name.substr(begin.size()));
        done(std::move(out));
      });
}

void stored_actors::inspect_stored(const actor_id& id, unique_function<void(result<runtime::inspection>)> done) {
  log_.peek(id, [done = std::move(done)](result<runtime::recovered_log> stored) mutable {
    if (!stored) return done(fail(std::move(stored.error())));
    done(describe(*stored));
  });
}

}  // namespace lightstick::tools
