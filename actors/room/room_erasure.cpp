// The part of room_logic that forgets what a user has said.
#include <algorithm>
#include <utility>

#include "actors/room/room_codec.hpp"
#include "actors/room/room_logic.hpp"

namespace lightstick::actors::room {
namespace {

/// One step: read, and committed at once.
constexpr std::uint32_t rows_a_step = 500;
constexpr std::uint32_t bytes_a_step = 256 * 1024;

}  // namespace

void room_logic::on_erase(const erase& e, runtime::reply r, runtime::context& ctx) {
  if (!state_.exists()) return r.ok(erased{});
  if (e.user.str().empty()) return r.failed({make_error_code(errc::bad_request), "erase names no user"});
  erasing job{std::move(r), e.user, {}, {}, 0, false};
  // What was decided before is committed first, and then on disk to be found.
  ctx.persist({}, [this, job = std::move(job)](runtime::commit_outcome done, runtime::context& later) mutable {
    if (!done) return job.r.failed(std::move(done.error()));
    job.bound = committed_;
    job.needed = state_.history().floor().value() > 1;  // events may name who said what has gone
    erase_step(std::move(job), later);
  });
}

void room_logic::erase_step(erasing job, runtime::context& ctx) {
  if (job.at >= job.bound) return erase_rest(std::move(job), ctx);
  runtime::row_query query;
  query.after = runtime::big_endian_key(job.at.value());
  query.before = runtime::big_endian_key(job.bound.next().value());
  query.rows_max = rows_a_step;
  query.bytes_max = bytes_a_step;
  ctx.read_rows(std::move(query),
                [this, job = std::move(job)](result<runtime::row_page> read, runtime::context& later) mutable {
                  if (!read) return job.r.failed(std::move(read.error()));
                  erase_rows(std::move(job), *read, later);
                });
}

void room_logic::erase_rows(erasing job, const runtime::row_page& read, runtime::context& ctx) {
  runtime::changes what;
  std::vector<chat_message_ptr> withdrawn;
  for (const auto& row : read.rows) {
    auto m = decode_message(row);
    if (!m) return job.r.failed(std::move(m.error()));
    job.at = (*m)->off;
    job.needed = job.needed || (*m)->gone;  // somebody may have stopped between the rows and the rest
    if ((*m)->user != job.user) continue;
    withdrawn.push_back(std::make_shared<const chat_message>(withdraw(**m)));
    what.rows.push_back({runtime::row_table::history, row.key, encode(*withdrawn.back()), 0});
  }
  if (!read.more) job.at = job.bound;
  if (withdrawn.empty()) return erase_step(std::move(job), ctx);
  if (auto may = ctx.may_persist(); !may) return job.r.failed(std::move(may.error()));
  job.messages += withdrawn.size();
  what.events.emplace_back();
  ctx.persist(std::move(what), [this, job = std::move(job), withdrawn = std::move(withdrawn)](
                                   runtime::commit_outcome done, runtime::context& later) mutable {
    ++erasures_;
    if (!done) {
      // It may have happened all the same, and who asks again does not find what: memory is read again from the disk.
      batch_.clear();
      erased_perhaps_ = true;
      return job.r.failed(std::move(done.error()));
    }
    for (auto& m : withdrawn) {
      recent_.replace(m);
      auto waiting = std::ranges::find(batch_, m->off, [](const chat_message_ptr& each) { return each->off; });
      if (waiting != batch_.end()) *waiting = std::move(m);
    }
    erase_step(std::move(job), later);
  });
}

void room_logic::erase_rest(erasing job, runtime::context& ctx) {
  if (auto may = ctx.may_persist(); !may) return job.r.failed(std::move(may.error()));
  runtime::changes what;
  for (auto& key : state_.forget_marks(job.user, job.bound)) {
    what.rows.push_back({runtime::row_table::marks, std::move(key), std::nullopt, 0});
  }
  if (job.messages > 0 || job.needed || !what.rows.empty()) {
    what.events.emplace_back();
    what.snapshot_now = true;
  }
  ctx.persist(std::move(what), [job = std::move(job)](runtime::commit_outcome done, runtime::context&) mutable {
    if (!done) return job.r.failed(std::move(done.error()));
    job.r.ok(erased{job.messages});
  });
}

}  // namespace lightstick::actors::room
