#include "gateway/net/session_port.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace lightstick::gateway::net {
namespace {

namespace session = actors::session;

join_effect effect_of(const session::join_result& r) {
  join_effect out;
  out.room = r.room;
  if (r.outcome) out.joined = join_effect::success{r.outcome->off, r.outcome->status};
  return out;
}

void note_effect(const session::join_result& r, port_event& e) {
  e.joins.push_back(effect_of(r));
  if (!r.outcome) e.errors.push_back(actors::protocol_code(r.outcome.error()));
}

void note_effects(const session::answer_body& body, port_event& e) {
  if (const auto* welcome = std::get_if<session::welcome>(&body)) {
    for (const auto& room : welcome->rooms) note_effect(room, e);
  } else if (const auto* join = std::get_if<session::join_result>(&body)) {
    note_effect(*join, e);
  } else if (const auto* left = std::get_if<session::left>(&body)) {
    e.left = left->room;
  } else if (const auto* c = std::get_if<session::reacted>(&body);
             c != nullptr && c->what.outcome == actors::room::reacted::how::lost) {
    e.errors.push_back(actors::errc::bad_request);
  }
}

}  // namespace

void session_port::answer(session::request_id id, session::answer_body body) {
  port_event e;
  e.settles = id;
  note_effects(body, e);
  e.frame = {kind_of(format_), protocol::answer(format_, id, body)};
  put(std::move(e));
}

void session_port::refuse(session::request_id id, session::refusal r) {
  port_event e;
  e.settles = id;
  e.refused = true;
  e.errors.push_back(actors::protocol_code(r.why));
  e.frame = {kind_of(format_), protocol::refusal(format_, id, r)};
  put(std::move(e));
}

void session_port::push(const actors::user::cursor_moved& moved) {
  port_event e;
  e.frame = {kind_of(format_), protocol::cursor(format_, moved.cursor)};
  put(std::move(e));
}

void session_port::push(const session::echoed& echo) {
  port_event e;
  e.frame = {kind_of(format_), protocol::echo(format_, echo)};
  put(std::move(e));
}

void session_port::close(session::close_code code, std::string_view reason) {
  port_event e;
  e.close = code;
  e.reason = reason;
  put(std::move(e));
}

std::vector<port_event> session_port::take() {
  std::lock_guard lock(mutex_);
  posted_ = false;
  return std::exchange(events_, {});
}

void session_port::detach() {
  std::lock_guard lock(mutex_);
  owner_ = nullptr;
  events_ = std::vector<port_event>();
}

void session_port::put(port_event e) {
  std::lock_guard lock(mutex_);
  if (owner_ == nullptr || overflowed_) return;
  if (events_.size() >= events_max) {
    overflowed_ = true;
    counts_.answers_overflow.add();
    e = {};
    e.close = session::close_code::too_slow;
    e.reason = "too many answers wait";
  }
  for (const auto code : e.errors) counts_.refusals(code).add();
  events_.push_back(std::move(e));
  if (!std::exchange(posted_, true)) wake();
}

void session_port::wake() {
  boost::asio::post(context_, [self = shared_from_this()] {
    port_owner* owner = nullptr;
    {
      std::lock_guard lock(self->mutex_);
      owner = self->owner_;
    }
    if (owner != nullptr) owner->drain_port();
  });
}

}  // namespace lightstick::gateway::net
