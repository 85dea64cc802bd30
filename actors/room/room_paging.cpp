// The part of room_logic that joins people and reads history.
#include <algorithm>
#include <iterator>
#include <utility>

#include "actors/room/room_codec.hpp"
#include "actors/room/room_logic.hpp"
#include "runtime/base/log.hpp"

namespace lightstick::actors::room {
namespace {

/// Messages that a starting room publishes again. More than were ever under way at once need not be here: who finds a
/// gap resumes.
constexpr std::uint32_t again_max = 32;

error refusal(errc code, std::string why) { return {make_error_code(code), std::move(why)}; }

/// Rows that are passed at once on the way to the first that is not too old.
constexpr std::uint32_t rows_passed_max = 1'000;

/// A page, and where those begin that may be shown, as far as it has met older ones.
struct shown_page {
  page shown;
  std::optional<offset> from;
};

/// What may be shown now: from `first` on, and not too old.
struct shown_now {
  offset first;
  retention keep;
  wall_ms now;
  const std::vector<withdrawal>& withdrawals;  ///< that the rows may not know yet
};

void withdraw_in(chat_message_ptr& m, const std::vector<withdrawal>& all) {
  if (m->gone || std::ranges::none_of(all, [&](const withdrawal& w) { return w.covers(*m); })) return;
  m = std::make_shared<const chat_message>(withdraw(*m));
}

result<shown_page> to_page(const runtime::row_page& read, page_limit limit, bool newest_first, const shown_now& may) {
  page_builder out{limit};
  std::optional<offset> from;
  for (const auto& row : read.rows) {
    auto m = decode_message(row);
    if (!m) return fail(std::move(m.error()));
    withdraw_in(*m, may.withdrawals);
    if ((*m)->off < may.first || may.keep.expired((*m)->ts, may.now)) {
      from = std::max(from, std::optional((*m)->off.next()));
      if (newest_first) break;
    } else if (!out.add(std::move(*m))) {
      break;
    }
  }
  return shown_page{out.take(newest_first, read.more && !(newest_first && from)), from};
}

/// Where history begins, as far as rows tell that were read in (after, before): the commit that let go what is before may
/// be on the disk and not told yet.
std::optional<offset> beginning(offset after, offset before, bool newest_first, const page& read) {
  const bool all = newest_first ? !read.more : true;
  if (!read.messages.empty()) {
    const auto first = read.messages.front()->off;
    return all && first > after.next() ? std::optional(first) : std::nullopt;
  }
  return !read.more && after.next() < before ? std::optional(before) : std::nullopt;
}

}  // namespace

void room_logic::on_join(const join& j, runtime::reply& r, runtime::context& ctx) {
  if (!state_.exists() && !env_->how.create_on_join) {
    return r.failed(refusal(errc::room_not_found, "the room does not exist"));
  }
  if (!exists_) {
    if (auto may = ctx.may_persist(); !may) return r.failed(std::move(may.error()));
  }
  if (j.limit > page_max) return r.failed(refusal(errc::bad_request, "at most 100 messages a page"));
  if (ruled_.settings().closed && j.as < role::moderator) {
    return r.failed(refusal(errc::forbidden, "the room is closed"));
  }
  if (const auto* ban = ruled_.banned(j.user, j.device, ctx.wall())) return r.failed(banned_error(*ban, ctx.wall()));
  auto admitted = roster_.admit(j);
  if (!admitted) return r.failed(std::move(admitted.error()));
  if (admitted->appeared) news_.joined(*admitted->appeared, roster_.count());
  if (admitted->counted) news_.counted();
  wake(ctx);

  joining on_its_way;
  on_its_way.r = std::move(r);
  on_its_way.session = j.session;
  on_its_way.fresh = admitted->fresh;
  on_its_way.limit = {j.limit, j.bytes_max, 0};
  on_its_way.since = j.since;
  on_its_way.answer.seq = state_.reacted().base(j.user, j.device, tally_);
  if (exists_) return answer_join(std::move(on_its_way), ctx);

  // The first to come creates the room; who comes before that is committed waits for it.
  ctx.persist(creation(ctx),
              [this, job = std::move(on_its_way)](runtime::commit_outcome done, runtime::context& later) mutable {
                if (!done) return admit_failed(job, std::move(done.error()), later);
                exists_ = true;
                answer_join(std::move(job), later);
              });
}

void room_logic::admit_failed(joining& j, error why, runtime::context& ctx) {
  if (j.fresh) {
    departed(roster_.leave(j.session));
    wake(ctx);
  }
  j.r.failed(std::move(why));
}

void room_logic::answer_join(joining j, runtime::context& ctx) {
  j.answer.room = id_;
  j.answer.hist = env_->hist;
  j.answer.off = committed_;
  j.answer.recovered = false;
  if (j.since && j.since->hist == env_->hist && j.since->off <= committed_) {
    return answer_since(std::move(j), ctx);
  }
  answer_newest(std::move(j), ctx);
}

void room_logic::answer_since(joining j, runtime::context& ctx) {
  auto from = j.since->off;
  if (from.next() < first_shown(ctx.wall())) return answer_newest(std::move(j), ctx);
  j.answer.recovered = true;
  if (auto known = recent_.after(from, j.answer.off, j.limit)) return finish_join(std::move(j), std::move(*known), ctx);
  if (filling_) return park(std::move(j), ctx);
  auto may = env_->resumes->enter(ctx.now(), ctx.random());
  if (!may) return defer(j, std::move(may.error()), ctx);
  j.reading = std::move(*may);
  span s{from, j.answer.off.next(), false};
  page_limit limit = j.limit;
  limit.messages = std::max(limit.messages, 1U);  // one is enough to see whether the data is there
  limit.at_least = 1;
  auto done = [this, from, job = std::move(j)](result<page> read, runtime::context& later) mutable {
    if (read && (read->messages.empty() || read->messages.front()->off != from.next())) {
      job.since.reset();
      job.answer.recovered = false;
      return answer_newest(std::move(job), later);
    }
    if (read) {
      // The next to come from there find them, when they go on to the newest.
      if (read->messages.back()->off >= job.answer.off) recent_.fill_older(read->messages);
      page_builder out{job.limit};
      for (auto& m : read->messages) {
        if (!out.add(std::move(m))) break;
      }
      read = out.take(false, read->more);
    }
    finish_join(std::move(job), std::move(read), later);
  };
  read_page(ctx, s, limit, std::move(done));
}

void room_logic::answer_newest(joining j, runtime::context& ctx) {
  auto bound = j.answer.off.next();
  const auto first = first_shown(ctx.wall());
  if (auto known = recent_.before(bound, j.limit, first)) return finish_join(std::move(j), std::move(*known), ctx);
  if (j.limit.messages == 0) return finish_join(std::move(j), page{{}, first < bound}, ctx);
  if (filling_) return park(std::move(j), ctx);
  filling_ = true;
  auto limit = j.limit;
  read_page(ctx, {offset{}, bound, true}, limit,
            [this, job = std::move(j)](result<page> read, runtime::context& later) mutable {
              if (read) recent_.fill_older(read->messages);  // the next to come finds them
              finish_join(std::move(job), std::move(read), later);
              unpark(later);
            });
}

void room_logic::park(joining j, runtime::context& ctx) {
  if (parked_.size() >= parked_max) return defer(j, env_->resumes->refuse(ctx.now(), ctx.random()), ctx);
  j.reading = {};
  parked_.push_back(std::move(j));
}

void room_logic::unpark(runtime::context& ctx) {
  filling_ = false;
  for (auto& j : std::exchange(parked_, {})) answer_join(std::move(j), ctx);
}

void room_logic::defer(joining& j, error why, runtime::context& ctx) {
  if (j.fresh) {
    departed(roster_.drop(j.session, ctx.now() + env_->how.hold_place));
    wake(ctx);
  }
  j.r.failed(std::move(why));
}

void room_logic::finish_join(joining j, result<page> messages, runtime::context& ctx) {
  if (recent_.size() != 0) keep_recent(ctx);
  if (!messages && !messages.error().is(condition::corrupt)) {
    return admit_failed(j, std::move(messages.error()), ctx);
  }
  if (messages) {
    j.answer.messages = std::move(messages->messages);
    j.answer.more = messages->more;
  } else {
    // One damaged record must not close the room: it is named by `history`, and never served.
    LS_LOG(actors, error, "damaged history", {"room", id_.str()}, {"error", messages.error()});
    j.answer.recovered = false;
    j.answer.more = true;
  }
  j.answer.status = status();
  j.r.ok(std::move(j.answer));
}

void room_logic::on_history(const history& h, runtime::reply r, runtime::context& ctx) {
  if (!exists_) return r.failed(refusal(errc::room_not_found, "the room does not exist"));
  if (h.before.has_value() == h.after.has_value()) {
    return r.failed(refusal(errc::bad_request, "history takes one of before and after"));
  }
  if (h.limit == 0 || h.limit > page_max) return r.failed(refusal(errc::bad_request, "limit is 1 to 100"));
  page_limit limit{h.limit, h.bytes_max, 1};
  const auto first = first_shown(ctx.wall());
  span s{offset{}, committed_.next(), h.before.has_value()};
  std::optional<page> known;
  if (h.before) {
    s.before = std::min(*h.before, s.before);
    known = recent_.before(s.before, limit, first);
  } else {
    s.after = std::max(*h.after, offset{first.value() - 1});
    known = recent_.after(s.after, committed_, limit);
  }
  if (known) return r.ok(std::move(*known));
  read_page(ctx, s, limit, [r = std::move(r)](result<page> read, runtime::context&) mutable {
    if (!read) return r.failed(std::move(read.error()));
    r.ok(std::move(*read));
  });
}

void room_logic::read_page(runtime::context& ctx, span s, page_limit limit, pages done) {
  s.after = std::max(s.after, offset{std::min(first_shown(ctx.wall()).value(), s.before.value()) - 1});
  runtime::row_query query;
  query.after = runtime::big_endian_key(s.after.value());
  query.before = runtime::big_endian_key(s.before.value());
  query.newest_first = s.newest_first;
  query.rows_max = std::max(limit.messages, s.rows_max);
  query.bytes_max = limit.bytes;
  ctx.read_rows(std::move(query), [this, s, limit, erasures = erasures_, done = std::move(done)](
                                      result<runtime::row_page> read, runtime::context& later) mutable {
    if (!read) return done(fail(std::move(read.error())), later);
    // It may hold what was erased meanwhile. An erasure takes longer than a page, and has an end.
    if (erasures != erasures_) return read_page(later, s, limit, std::move(done));
    const auto now = later.wall();
    const shown_now may{first_shown(now), {env_->how.retention_age, 0}, now, ruled_.withdrawals()};
    auto part = to_page(*read, limit, s.newest_first, may);
    if (!part) return done(fail(std::move(part.error())), later);
    for (const auto& m : part->shown.messages) {
      if (m->gone) recent_.replace(m);
    }
    if (auto from = beginning(s.after, s.before, s.newest_first, part->shown))
      shown_from_ = std::max(shown_from_, *from);
    if (part->from) {
      shown_from_ = std::max(shown_from_, *part->from);
      if (!s.newest_first && part->shown.messages.empty() && read->more) {
        return read_page(later, {offset{part->from->value() - 1}, s.before, false, rows_passed_max}, limit,
                         std::move(done));
      }
    }
    done(std::move(part->shown), later);
  });
}

void room_logic::fill_recent(bool publish_again, runtime::context& ctx) {
  if (committed_.value() == 0) return;
  catching_up_ = publish_again;
  filling_ = true;
  // At a start what may have to be published again, however little is kept, and no more: of many rooms that come back at
  // once few are read soon.
  page_limit limit{publish_again ? again_max : env_->how.recent_max, static_cast<std::uint32_t>(recent_bytes_max), 0};
  read_page(ctx, {offset{}, committed_.next(), true}, limit,
            [this, publish_again](result<page> read, runtime::context& later) {
              if (read) {
                recent_.fill_older(read->messages);
                keep_recent(later);
              } else {
                LS_LOG(actors, warn, "recent messages could not be read", {"room", id_.str()}, {"error", read.error()});
              }
              if (!publish_again) return unpark(later);
              catching_up_ = false;
              if (read && !read->messages.empty()) {
                env_->out.publish(std::make_shared<const room_batch>(room_batch{id_, std::move(read->messages)}));
              }
              settled(later);
              unpark(later);
            });
}

void room_logic::catch_up(offset bound, runtime::context& ctx) {
  catching_up_ = true;
  page_limit limit{page_max, static_cast<std::uint32_t>(recent_bytes_max), 1};
  read_page(ctx, {published_, bound, false}, limit, [this, bound](result<page> read, runtime::context& later) {
    catching_up_ = false;
    if (read && !read->messages.empty()) {
      published_ = read->messages.back()->off;
      env_->out.publish(std::make_shared<const room_batch>(room_batch{id_, std::move(read->messages)}));
    } else {
      LS_LOG(actors, error, "committed messages could not be published", {"room", id_.str()},
             {"after", published_.value()}, {"before", bound.value()});
      published_ = offset{bound.value() - 1};
    }
    settled(later);
  });
}

}  // namespace lightstick::actors::room
