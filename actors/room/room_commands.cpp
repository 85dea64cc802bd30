#include "actors/room/room_commands.hpp"

#include "actors/room/messages.hpp"
#include "runtime/event_sourced.hpp"

namespace lightstick::actors::room {
namespace {

/// A publish as it was before it told of members.
struct publish_1 {
  session_id session;
  user_id user;
  device_id device;
  std::string name;
  role as = role::fan;
  std::string cid;
  std::string text;
  std::optional<offset> reply_to;
  std::optional<std::int64_t> vt;
  std::string data;
  [[nodiscard]] bool is_idempotent() const noexcept { return !cid.empty(); }
  static constexpr auto fields =
      std::tuple(&publish_1::session, &publish_1::user, &publish_1::device, &publish_1::name, &publish_1::as,
                 &publish_1::cid, &publish_1::text, &publish_1::reply_to, &publish_1::vt, &publish_1::data);
};

/// Their places are on disk: add to the end only.
using commands = runtime::types<open, join, leave, publish_1, history, presence, erase, moderate, publish, set_filter,
                                post, configure, look, react, board, typing>;

/// What an older version has set aside, as it is said now.
runtime::message_ptr renewed(runtime::message_ptr m) {
  auto* p = runtime::body_of<publish_1>(*m);
  if (p == nullptr) return m;
  return runtime::make_message(publish{std::move(p->session), std::move(p->user), std::move(p->device),
                                       std::move(p->name), p->as, std::move(p->cid), std::move(p->text), p->reply_to,
                                       p->vt, std::move(p->data)});
}

bool known(role r) noexcept { return r <= role::admin; }

result<void> check(const runtime::message& m) {
  const auto* j = runtime::body_of<join>(m);
  const auto* p = runtime::body_of<publish>(m);
  const auto* a = runtime::body_of<moderate>(m);
  const auto* f = runtime::body_of<set_filter>(m);
  const auto* s = runtime::body_of<post>(m);
  const auto* c = runtime::body_of<react>(m);
  const auto* b = runtime::body_of<board>(m);
  const auto* t = runtime::body_of<typing>(m);
  if (t != nullptr && !known(t->as)) return fail(lightstick::errc::corrupt, "command has a role that does not exist");
  if (b != nullptr && b->of > board_of::all) return fail(lightstick::errc::corrupt, "command is about no board");
  if ((c != nullptr && !known(c->as)) || (s != nullptr && !known(s->as)) || (j != nullptr && !known(j->as)) ||
      (p != nullptr && !known(p->as)) || (a != nullptr && !known(a->as)) || (f != nullptr && !known(f->as))) {
    return fail(lightstick::errc::corrupt, "command has a role that does not exist");
  }
  if (a != nullptr && a->what > act_last) return fail(lightstick::errc::corrupt, "command is no act of a moderator");
  return {};
}

std::string who(const user_id& user, const device_id& device) {
  return " user/" + user.str() + " device " + device.str();
}

std::string bound(const char* name, const std::optional<offset>& off) {
  return off ? std::string(" ") + name + " " + std::to_string(off->value()) : std::string();
}

}  // namespace

runtime::command_codec make_codec() {
  auto codec = runtime::codec_for(commands{});
  codec.decode = [read = std::move(codec.decode)](std::string_view bytes) -> result<runtime::message_ptr> {
    auto m = read(bytes);
    if (!m) return m;
    *m = renewed(std::move(*m));
    if (auto ok = check(**m); !ok) return fail(std::move(ok.error()));
    return m;
  };
  return codec;
}

std::string describe(const runtime::message& m) {
  auto line = runtime::name_of(m);
  if (const auto* p = runtime::body_of<publish>(m)) {
    line += who(p->user, p->device) + ", " + std::to_string(p->text.size() + p->data.size()) + " bytes";
  } else if (const auto* j = runtime::body_of<join>(m)) {
    line += who(j->user, j->device) + " session/" + j->session.str();
  } else if (const auto* l = runtime::body_of<leave>(m)) {
    line += " session/" + l->session.str() + (l->dropped ? " dropped" : "");
  } else if (const auto* e = runtime::body_of<erase>(m)) {
    line += " user/" + e->user.str();
  } else if (const auto* s = runtime::body_of<post>(m)) {
    line += " user/" + s->user.str() + ", " + std::to_string(s->text.size() + s->data.size()) + " bytes";
  } else if (const auto* set = runtime::body_of<configure>(m)) {
    line += " by user/" + set->by.str();
  } else if (const auto* c = runtime::body_of<react>(m)) {
    line += who(c->user, c->device) + " seq " + std::to_string(c->seq);
  } else if (const auto* f = runtime::body_of<set_filter>(m)) {
    line += " by user/" + f->by.str();
  } else if (const auto* a = runtime::body_of<moderate>(m)) {
    line += " " + std::string(to_string(a->what)) + " by user/" + a->by.str();
    if (!a->user.empty()) line += " of user/" + a->user.str();
    if (a->off) line += " at " + std::to_string(a->off->value());
  } else if (const auto* h = runtime::body_of<history>(m)) {
    line += bound("before", h->before) + bound("after", h->after) + " limit " + std::to_string(h->limit);
  }
  return line;
}

}  // namespace lightstick::actors::room
