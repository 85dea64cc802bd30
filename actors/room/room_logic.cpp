#include "actors/room/room_logic.hpp"

#include <algorithm>
#include <utility>

#include "actors/room/room_codec.hpp"
#include "runtime/base/log.hpp"

namespace lightstick::actors::room {
namespace {

room_state::rules rules_of(const options& o) {
  return {o.dedupe_window, o.marks_max, {o.retention_age, o.retention_bytes}, o.reacting_max};
}

// What each takes beside what it holds, measured.
constexpr std::size_t bytes_a_message = 250;
constexpr std::size_t bytes_a_member = 400;
constexpr std::size_t bytes_a_mark = 250;
constexpr std::size_t bytes_a_reacting = 300;
constexpr std::size_t bytes_a_board_entry = 300;

std::uint64_t total_of(const std::vector<reaction_sum>& all) {
  std::uint64_t out = 0;
  for (const auto& each : all) out += each.n;
  return out;
}

error refusal(errc code, std::string why) { return {make_error_code(code), std::move(why)}; }

}  // namespace

room_logic::room_logic(const actor_id& self, std::shared_ptr<const environment> env)
    : id_(self.key),
      env_(std::move(env)),
      state_(rules_of(env_->how)),
      roster_(env_->how.capacity),
      recent_(env_->how.recent_max, recent_bytes_max),
      news_(env_->how.announce_max),
      fan_rate_(env_->how.fan_rate, steady_time{}),
      fan_turns_(std::max(env_->how.fan_rate.per_second, 1.0)) {}

void room_logic::reset() {
  state_ = room_state{rules_of(env_->how)};
  shown_from_ = offset{1};
  floor_ = offset{1};
  tally_ = {};
  tally_due_.reset();
  for (auto& each : std::exchange(reacting_, {})) each.r.failed(refusal(errc::unavailable, "the room was read again"));
}

result<void> room_logic::restore(std::string_view snapshot) {
  auto essence = decode_snapshot(snapshot);
  if (!essence) return fail(std::move(essence.error()));
  state_.restore(*essence);
  return {};
}

result<void> room_logic::restore_mark(const runtime::row& row) {
  if (auto user = parse_reaction_key(row.key)) {
    auto found = decode_reaction_marks(row.value);
    if (!found) return fail(std::move(found.error()));
    state_.restore_mark(*user, std::move(*found));
    return {};
  }
  auto found = decode_mark(row.value);
  if (!found) return fail(std::move(found.error()));
  state_.restore_mark(row.key, *found);
  return {};
}

result<void> room_logic::replay(std::string_view record) {
  auto decoded = decode_event(record);
  if (!decoded) return fail(std::move(decoded.error()));
  return state_.replay(*decoded);
}

std::string room_logic::snapshot() const { return encode(state_.to_essence()); }

void room_logic::started(runtime::context& ctx) {
  committed_ = state_.last();
  floor_ = floor_ahead();
  exists_ = state_.exists();
  ruled_ = state_.ruled();
  roster_.set_capacity(capacity());
  reacted_ = state_.reacted().sums();
  sweeping_ = false;
  filling_ = false;
  if (!ruled_.withdrawals().empty()) sweep_later(ctx);
  if (!recovered_once_) {
    recovered_once_ = true;
    published_ = committed_;
    if (!exists_) return;
    retain_now(ctx);
    roll_until_ = ctx.now() + env_->how.hold_place;
    env_->out.call_roll(id_);
    return fill_recent(true, ctx);
  }
  if (committed_ < published_) {
    // The journal has lost a tail that was served: the disk is right, whatever people saw.
    published_ = committed_;
    batch_.clear();
    erased_perhaps_ = true;
  }
  if (std::exchange(erased_perhaps_, false)) {
    recent_.clear();
    fill_recent(false, ctx);
  }
  if (!filling_) unpark(ctx);
  settled(ctx);
}

void room_logic::handle(runtime::message& m, runtime::reply& r, runtime::context& ctx) {
  on_message(m, r, ctx);
  // Names that nobody made a room of take no place on the node: a client may ask for as many as it likes.
  if (!state_.exists()) ctx.passivate();
}

void room_logic::on_message(const runtime::message& m, runtime::reply& r, runtime::context& ctx) {
  if (const auto* p = runtime::body_of<publish>(m)) return on_publish(*p, r, ctx);
  if (const auto* j = runtime::body_of<join>(m)) return on_join(*j, r, ctx);
  if (const auto* t = runtime::body_of<typing>(m)) return on_typing(*t, r, ctx);
  if (const auto* l = runtime::body_of<leave>(m)) return on_leave(*l, ctx);
  if (runtime::body_of<open>(m) != nullptr) return on_open(r, ctx);
  if (const auto* c = runtime::body_of<react>(m)) return on_react(*c, std::move(r), ctx);
  if (const auto* e = runtime::body_of<erase>(m)) return on_erase(*e, std::move(r), ctx);
  if (const auto* a = runtime::body_of<moderate>(m)) return on_moderate(*a, std::move(r), ctx);
  if (const auto* f = runtime::body_of<set_filter>(m)) return on_set_filter(*f, std::move(r), ctx);
  if (const auto* s = runtime::body_of<post>(m)) return on_post(*s, r, ctx);
  if (const auto* c = runtime::body_of<configure>(m)) return on_configure(*c, std::move(r), ctx);
  question asked;
  if (const auto* h = runtime::body_of<history>(m)) {
    asked = *h;
  } else if (const auto* p = runtime::body_of<presence>(m)) {
    asked = *p;
  } else if (runtime::body_of<look>(m) != nullptr) {
    asked = look{};
  } else if (const auto* b = runtime::body_of<board>(m)) {
    asked = *b;
  } else {
    return r.failed(refusal(errc::bad_request, "a room does not understand this"));
  }
  if (exists_ || !state_.exists()) return on_question(asked, std::move(r), ctx);
  // The creation is under way: whoever asked after it waits for it.
  ctx.persist({}, [this, asked = std::move(asked), r = std::move(r)](runtime::commit_outcome done,
                                                                     runtime::context& later) mutable {
    if (!done) return r.failed(std::move(done.error()));
    on_question(asked, std::move(r), later);
  });
}

runtime::changes room_logic::creation(runtime::context& ctx) {
  runtime::changes what;
  if (!state_.exists()) {
    event made{state_.decide_create(ctx.wall())};
    state_.apply(made);
    what.events.push_back(encode(made));
  }
  return what;
}

void room_logic::on_open(runtime::reply& r, runtime::context& ctx) {
  if (auto may = ctx.may_persist(); !may) return r.failed(std::move(may.error()));
  auto what = creation(ctx);
  retain(what, ctx);
  ctx.persist(std::move(what),
              [this, r = std::move(r), floor = floor_ahead()](runtime::commit_outcome done, runtime::context&) mutable {
                if (!done) return r.failed(std::move(done.error()));
                exists_ = true;
                trimmed_to(floor);
                r.ok(opened{});
              });
}

void room_logic::on_question(const question& q, runtime::reply r, runtime::context& ctx) {
  if (const auto* h = std::get_if<history>(&q)) return on_history(*h, std::move(r), ctx);
  if (std::holds_alternative<look>(q)) return on_look(std::move(r), ctx);
  if (const auto* b = std::get_if<board>(&q)) return on_board(*b, std::move(r), ctx);
  on_presence(std::get<presence>(q), std::move(r));
}

void room_logic::on_publish(const publish& p, runtime::reply& r, runtime::context& ctx) {
  if (!roster_.contains(p.session) && ctx.now() >= roll_until_) {
    return r.failed(refusal(errc::forbidden, "the session is not in the room"));
  }
  say(p, r, ctx);
}

void room_logic::say(const publish& p, runtime::reply& r, runtime::context& ctx) {
  auto said = state_.decide(p, ctx.wall());
  if (auto* why = std::get_if<error>(&said)) return r.failed(std::move(*why));
  if (auto* shadow = std::get_if<shadowed>(&said)) {
    return r.ok(published{committed_, shadow->echo->ts, std::move(shadow->echo)});
  }
  if (auto* again = std::get_if<repeated>(&said)) {
    if (again->first.off <= committed_) return r.ok(again->first);
    return ctx.persist(
        {}, [r = std::move(r), first = again->first](runtime::commit_outcome done, runtime::context&) mutable {
          if (!done) return r.failed(std::move(done.error()));
          r.ok(first);
        });
  }
  if (auto may = ctx.may_persist(); !may) return r.failed(std::move(may.error()));
  if (auto limited = over_rate(p, ctx)) return r.failed(std::move(*limited));
  auto& now = std::get<accepted>(said);
  state_.apply(now.event);
  typing_.ends(p.user);
  auto what = to_changes(now, env_->how.dedupe_window);
  retain(what, ctx);
  ctx.persist(std::move(what), [this, r = std::move(r), m = std::move(now.message), floor = floor_ahead()](
                                   runtime::commit_outcome done, runtime::context&) mutable {
    if (!done) return r.failed(std::move(done.error()));
    trimmed_to(floor);
    published answer{m->off, m->ts, nullptr};
    committed(std::move(m));
    r.ok(answer);
  });
}

std::optional<error> room_logic::over_rate(const publish& p, runtime::context& ctx) {
  if (p.as != role::fan || fan_rate_.take(ctx.now()).count() == 0) return std::nullopt;
  if (env_->fans_limited != nullptr) env_->fans_limited->add();
  constexpr turns::bounds soon{std::chrono::milliseconds{100}, std::chrono::milliseconds{5'000}};
  return error{make_error_code(errc::rate_limited), "the room's fans say too much",
               fan_turns_.next(ctx.now(), ctx.random(), soon)};
}

void room_logic::committed(chat_message_ptr m) {
  committed_ = m->off;
  recent_.push(m);
  batch_.push_back(std::move(m));
}

void room_logic::settled(runtime::context& ctx) {
  if (recent_.size() != 0) keep_recent(ctx);
  if (catching_up_) return;
  auto next = batch_.empty() ? committed_.next() : batch_.front()->off;
  if (published_.next() < next) return catch_up(next, ctx);
  if (batch_.empty()) return;
  published_ = batch_.back()->off;
  env_->out.publish(std::make_shared<const room_batch>(room_batch{id_, std::exchange(batch_, {})}));
}

void room_logic::on_leave(const leave& l, runtime::context& ctx) {
  departed(l.dropped ? roster_.drop(l.session, ctx.now() + env_->how.hold_place) : roster_.leave(l.session));
  wake(ctx);
}

void room_logic::on_presence(const presence& p, runtime::reply r) const {
  if (!exists_) return r.failed(refusal(errc::room_not_found, "the room does not exist"));
  if (p.limit > page_max) return r.failed(refusal(errc::bad_request, "at most 100 members a page"));
  r.ok(roster_.list(p.after, p.limit));
}

void room_logic::departed(const roster::departure& d) {
  if (d.disappeared) news_.left(*d.disappeared, roster_.count());
  if (d.disappeared) typing_.ends(*d.disappeared);
  if (d.counted) news_.counted();
}

void room_logic::on_timer(runtime::context& ctx) {
  auto [gone, counted] = roster_.expire(ctx.now());
  for (const auto& who : gone) news_.left(who, roster_.count());
  if (counted) news_.counted();
  if (auto change = news_.take(id_, status(), ctx.now())) env_->out.publish(std::move(change));
  if (recent_.size() != 0 && recent_until_ <= ctx.now()) recent_.clear();
  if (!banned_.empty()) tell_banned(ctx);
  close_tally_when_due(ctx);
  tell_boards(ctx);
  tell_typing(ctx.now());
  if (sweep_at_ && *sweep_at_ <= ctx.now()) {
    sweep_at_.reset();
    sweep(ctx);
  }
  wake(ctx);
}

void room_logic::keep_recent(runtime::context& ctx) {
  recent_until_ = ctx.now() + recent_kept_for;
  wake(ctx);
}

void room_logic::wake(runtime::context& ctx) {
  auto when = roster_.next_expiry();
  if (auto due = news_.due(roster_.count())) when = when ? std::min(*when, *due) : *due;
  if (recent_.size() != 0) when = when ? std::min(*when, recent_until_) : recent_until_;
  if (sweep_at_) when = when ? std::min(*when, *sweep_at_) : *sweep_at_;
  if (auto due = watching_.due(roster_.count(), ctx.now())) when = when ? std::min(*when, *due) : *due;
  if (auto due = typing_.due()) when = when ? std::min(*when, *due) : *due;
  if (tally_due_) when = when ? std::min(*when, *tally_due_) : *tally_due_;
  if (when) ctx.wake_at(std::max(*when, ctx.now()));
}

room_status room_logic::status() const { return {roster_.count(), capacity(), ruled_.modes(), reacted_}; }

bool room_logic::passive() const {
  return roster_.count() == 0 && !news_.pending() && !sweeping_ && banned_.empty() && parked_.empty() && tally_.empty();
}

std::size_t room_logic::memory_bytes() const {
  return sizeof(room_logic) + recent_.bytes() + recent_.size() * bytes_a_message + roster_.count() * bytes_a_member +
         state_.marks() * bytes_a_mark + state_.reacted().marks() * bytes_a_reacting +
         (state_.reacted().today().size() + state_.reacted().ever().size()) * bytes_a_board_entry +
         state_.history().all().size() * sizeof(chapter);
}

runtime::inspection room_logic::inspect() const {
  return {{"last_offset", std::to_string(state_.last().value())},
          {"committed_offset", std::to_string(committed_.value())},
          {"created_ms", std::to_string(exists_ ? state_.created_at().value : 0)},
          {"history_floor", std::to_string(state_.history().floor().value())},
          {"history_chapters", std::to_string(state_.history().all().size())},
          {"history_bytes", std::to_string(state_.history().bytes())},
          {"sessions", std::to_string(roster_.count())},
          {"members", std::to_string(roster_.users())},
          {"held_places", std::to_string(roster_.held())},
          {"marks", std::to_string(state_.marks())},
          {"reactions", std::to_string(total_of(state_.reacted().sums()))},
          {"reacting_users", std::to_string(state_.reacted().marks())},
          {"recent_messages", std::to_string(recent_.size())},
          {"recent_bytes", std::to_string(recent_.bytes())},
          {"sanctions", std::to_string(state_.ruled().sanctions())},
          {"withdrawals_under_way", std::to_string(state_.ruled().withdrawals().size())},
          {"pending_announcements", std::to_string(news_.names())}};
}

}  // namespace lightstick::actors::room
