#include "tools/config/option_makers.hpp"
#include "tools/config/tables.hpp"

namespace lightstick::tools::config {

std::vector<option> actor_options() {
  using namespace std::chrono_literals;
  return {
      flag("room.create_on_join", "A room is made when somebody joins it; otherwise error 102.",
           LS_AT(room.create_on_join)),
      number("room.capacity", "Sessions in one room; beyond it error 113.", LS_AT(room.capacity), 1, 1'000'000),
      number("room.announce_max", "In rooms with more sessions than this, who joins and leaves is not announced.",
             LS_AT(room.announce_max), 0, 100'000),
      duration("room.hold_place", "How long a session that dropped keeps its place.", LS_AT(room.hold_place), 0s,
               10min),
      duration("room.dedupe_window",
               "How long a repeated `cid` gets its first answer. The protocol promises clients 5 minutes.",
               LS_AT(room.dedupe_window), 5min, 1h),
      number("room.marks", "Publishes with a `cid` in that window, in one room; beyond it error 130.",
             LS_AT(room.marks_max), 1'024, 16'777'216),
      number("room.reacting_users",
             "Users of whom a room knows which reactions were counted; beyond it those who reacted longest ago are "
             "forgotten.",
             LS_AT(room.reacting_max), 1'024, 1'048'576),
      number("room.recent", "Newest messages of a room kept in memory, for joins.", LS_AT(room.recent_max), 1, 10'000),
      duration("room.retention_age",
               "Messages older than this are not shown any more, and removed later. 0ms: they stay for ever.",
               LS_AT(room.retention_age), 0s, 24h * 36'500),
      size("room.retention_bytes",
           "Of messages in one room; beyond it the oldest go, some hundreds at a time. 0: without limit.",
           LS_AT(room.retention_bytes), 0, 1ULL << 50U),
      duration("room.idle_after", "A room without sessions leaves memory after this.", LS_AT(room.idle_after), 1s, 24h),
      number("room.mailbox", "Commands that wait for one room; beyond it error 130.", LS_AT(room.mailbox_max), 16,
             1'000'000),

      number("session.mailbox", "Commands that wait for one session; beyond it error 130.",
             LS_AT(gateway.session.mailbox_max), 16, 65'536),

      number("runtime.io_threads", "Threads for sockets, TLS and encoding. Connections stay on theirs.",
             LS_AT(gateway.io_threads), 1, 64),
      number("runtime.actor_threads", "Threads for rooms, users and sessions.", LS_AT(runtime.threads), 1, 64),
      number("runtime.max_throughput", "Messages that one actor handles before others have their turn.",
             LS_AT(runtime.max_throughput), 1, 10'000),
      number("runtime.actors", "Actors in memory; from 95 % of it idle ones leave, beyond it new ones get error 130.",
             LS_AT(runtime.actors_max), 1'000, 10'000'000),
      size("runtime.memory_bytes", "Memory of all actors, estimated; from 95 % of it idle ones leave.",
           LS_AT(runtime.memory_bytes), std::uint64_t{16} << 20U, std::uint64_t{1} << 40U),
      number("runtime.recoveries", "Actors that read their journal at the same time; others wait for their turn.",
             LS_AT(runtime.recoveries_max), 1, 10'000),
  };
}

}  // namespace lightstick::tools::config
