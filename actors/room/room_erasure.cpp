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
  erasing job;
  job.r = std::move(r);
  job.user = e.user;
  // What was decided before is committed first, and then on disk to be found.
  ctx.persist({}, [this, job = std::move(job)](runtime::commit_outcome done, runtime::context& later) mutable {
    if (!done) return job.r.failed(std::move(done.error()));
    job.bound = committed_;
    // Events may name who said what has gone, and who cheered and is on no board.
    job.needed = state_.history().floor().value() > 1 || !state_.reacted().empty();
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
                  if (!read) return erase_failed(job, std::move(read.error()), later);
                  erase_rows(std::move(job), *read, later);
                });
}

void room_logic::erase_rows(erasing job, const runtime::row_page& read, runtime::context& ctx) {
  runtime::changes what;
  std::vector<chat_message_ptr> withdrawn;
  for (const auto& row : read.rows) {
    auto m = decode_message(row);
    if (!m) return erase_failed(job, std::move(m.error()), ctx);
    job.at = (*m)->off;
    job.needed = job.needed || (*m)->gone;  // somebody may have stopped between the rows and the rest
    // A tomb that names the user stays one for a moderator, and names nobody after an erasure.
    if ((*m)->user != job.user || (job.sweep && (*m)->tomb != tomb_kind::none)) continue;
    withdrawn.push_back(std::make_shared<const chat_message>(withdraw(**m)));
    what.rows.push_back({runtime::row_table::history, row.key, encode(*withdrawn.back()), 0});
  }
  if (!read.more) job.at = job.bound;
  if (withdrawn.empty()) return erase_step(std::move(job), ctx);
  if (auto may = ctx.may_persist(); !may) return erase_failed(job, std::move(may.error()), ctx);
  std::optional<tomb_made> tomb;
  if (!job.sweep && !job.told) {
    auto made = entomb(job, what, ctx);
    if (!made) return job.r.failed(std::move(made.error()));
    tomb = std::move(*made);
  }
  job.needed = true;
  job.messages +=
      static_cast<std::uint64_t>(std::ranges::count_if(withdrawn, [](const chat_message_ptr& m) { return m->gone; }));
  if (what.events.empty()) what.events.emplace_back();
  ctx.persist(std::move(what), [this, job = std::move(job), withdrawn = std::move(withdrawn), tomb = std::move(tomb),
                                floor = floor_ahead(),
                                ruled = state_.ruled()](runtime::commit_outcome done, runtime::context& later) mutable {
    if (!done) {
      withdrew_perhaps();
      return erase_failed(job, std::move(done.error()), later);
    }
    ++erasures_;
    trimmed_to(floor);
    for (const auto& m : withdrawn) replace_in_memory(m);
    if (tomb) {
      committed(tomb->message);
      name_in_push(job.user);
      rules_committed(std::move(ruled), later);
      withdraw_in_memory();  // what was said while the first rows were read
    }
    erase_step(std::move(job), later);
  });
}

/// Whoever is here learns that messages have gone, in the commit that takes the first of them. What is stored of it names
/// nobody; what is pushed does, so that nobody has to read again.
result<tomb_made> room_logic::entomb(erasing& job, runtime::changes& what, runtime::context& ctx) {
  moderate order;
  order.user = job.user;
  auto made = state_.decide_tomb(order, tomb_kind::unnamed, ctx.wall());
  if (!made) return made;
  job.bound = std::max(job.bound, offset{made->event.off.value() - 1});
  job.told = true;
  state_.apply(made->event);
  add_tomb(*made, what);
  retain(what, ctx);
  return made;
}

void room_logic::name_in_push(const user_id& user) {
  auto named = std::make_shared<chat_message>(*batch_.back());
  named->tomb = tomb_kind::user;
  named->user = user;
  batch_.back() = std::move(named);
}

void room_logic::erase_failed(erasing& job, error why, runtime::context& ctx) {
  if (job.sweep) {
    sweeping_ = false;
    return sweep_later(ctx);
  }
  job.r.failed(std::move(why));
}

void room_logic::erase_rest(erasing job, runtime::context& ctx) {
  if (!job.sweep) close_tally(ctx);
  if (auto may = ctx.may_persist(); !may) return erase_failed(job, std::move(may.error()), ctx);
  runtime::changes what;
  const withdrawal done_with{job.user, job.bound.next()};
  if (std::ranges::find(state_.ruled().withdrawals(), job.user, &withdrawal::user) !=
      state_.ruled().withdrawals().end()) {
    event settled{swept{done_with}};
    state_.apply(settled);
    what.events.push_back(encode(settled));
  }
  if (!job.sweep) {
    for (auto& key : state_.forget_marks(job.user, job.bound)) {
      what.rows.push_back({runtime::row_table::marks, std::move(key), std::nullopt, 0});
    }
    const auto [reacted, marked] = state_.forget_reactions(job.user);
    if (reacted) watching_.changed();
    if (marked) what.rows.push_back({runtime::row_table::marks, reaction_key(job.user), std::nullopt, 0});
    if (state_.forget_author(job.user) || reacted || job.messages > 0 || job.needed || !what.rows.empty() ||
        !what.events.empty()) {
      if (what.events.empty()) what.events.emplace_back();
      what.snapshot_now = true;
    }
  }
  ctx.persist(std::move(what), [this, job = std::move(job), ruled = state_.ruled()](runtime::commit_outcome done,
                                                                                    runtime::context& later) mutable {
    if (!done) return erase_failed(job, std::move(done.error()), later);
    rules_committed(std::move(ruled), later);
    if (!job.sweep) return job.r.ok(erased{job.messages});
    sweeping_ = false;
    sweep(later);
  });
}

}  // namespace lightstick::actors::room
