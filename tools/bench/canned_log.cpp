#include "tools/bench/canned_log.hpp"

#include "actors/room/room_codec.hpp"
#include "tools/bench/scratch.hpp"

namespace lightstick::tools::bench {

namespace room = actors::room;

canned_log::canned_log(std::uint32_t messages) {
  const auto now = system_clock_source().wall();
  snapshot_ = room::encode(room::room_state::essence{now, offset{messages}, now,
                                                     room::chapters{offset{1}, {{offset{1}, now, now, messages}}}});
  for (std::uint64_t off = messages; off > 0; --off) {
    actors::chat_message m;
    m.off = offset{off};
    m.ts = now;
    m.user = user_id{numbered("user", off)};
    m.name = "Fan " + std::to_string(off);
    m.text = std::string(40, 'x');
    rows_.push_back({runtime::big_endian_key(off), room::encode(m)});
  }
}

void canned_log::recover(const actor_id& actor, unique_function<void(result<runtime::recovered_log>)> done) {
  runtime::recovered_log log;
  log.owner_epoch = epoch{1};
  if (actor.kind == room::kind) {
    log.snapshot = snapshot_;
    log.snapshot_at = log.last = sequence{rows_.size() + 1};
  }
  done(std::move(log));
}

result<void> canned_log::append(runtime::append_request request, std::shared_ptr<runtime::append_listener> listener) {
  listener->committed(sequence{request.expected.value() + request.events.size()});
  return {};
}

void canned_log::read_rows(const actor_id& /*actor*/, runtime::row_query /*query*/,
                           unique_function<void(result<runtime::row_page>)> done) {
  done(runtime::row_page{rows_, false});
}

void canned_log::due_reminders(partition /*p*/, std::int64_t /*until_ms*/, std::string /*after_cursor*/,
                               std::uint32_t /*entries_max*/, unique_function<void(result<runtime::due_page>)> done) {
  done(runtime::due_page{});
}

}  // namespace lightstick::tools::bench
