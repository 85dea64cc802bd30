#include "gateway/protocol/frame_writer.hpp"
#include "gateway/protocol/frames.hpp"
#include "gateway/wire/json.hpp"
#include "gateway/wire/msgpack_codec.hpp"

namespace lightstick::gateway::protocol {
namespace {

namespace session = actors::session;

constexpr std::int64_t protocol_version = 1;

/// One frame: `body` gets a frame_writer of the encoding's writer.
template <class Body>
std::string encode(encoding e, std::size_t bytes_expected, Body&& body) {
  std::string out;
  out.reserve(bytes_expected);
  if (e == encoding::json) {
    wire::json_writer w(out);
    body(frame_writer(w));
  } else {
    wire::msgpack_writer w(out);
    body(frame_writer(w));
  }
  return out;
}

// ---- sizes, so that a frame grows in one allocation ----

std::size_t bytes_of(std::span<const actors::chat_message_ptr> batch) {
  constexpr std::size_t around_each = 160;  // keys, numbers, a role
  std::size_t bytes = 64;
  for (const auto& m : batch) {
    bytes += around_each + m->user.str().size() + m->name.size() + m->text.size() + 2 * m->data.size();
  }
  return bytes;
}

std::size_t bytes_of(const session::answer_body& body) {
  constexpr std::size_t small = 256;
  if (const auto* h = std::get_if<session::history_page>(&body)) return small + bytes_of(h->page.messages);
  if (const auto* j = std::get_if<session::join_result>(&body)) {
    return small + (j->outcome ? bytes_of(j->outcome->messages) : 0);
  }
  return small;
}

}  // namespace

std::string hello(encoding e, const node_id& node, std::chrono::milliseconds heartbeat, const limits& l) {
  return encode(e, 160, [&](auto f) {
    f.begin_map(5);
    f.field("op", std::string_view("hello"));
    f.field("v", protocol_version);
    f.field("node", node);
    f.field("hb_ms", std::int64_t{heartbeat.count()});
    f.key("limits");
    f.begin_map(2);
    f.field("frame_bytes", l.frame_bytes);
    f.field("text_bytes", l.text_bytes);
    f.end_map();
    f.end_map();
  });
}

std::string answer(encoding e, session::request_id id, const session::answer_body& body) {
  if (const auto* j = std::get_if<session::join_result>(&body); j != nullptr && !j->outcome) {
    return refusal(e, id, {j->outcome.error(), session::retry_of(j->outcome.error())});
  }
  const auto* reacted = std::get_if<session::reacted>(&body);
  const bool lost = reacted != nullptr && reacted->what.outcome == actors::room::reacted::how::lost;
  return encode(e, bytes_of(body), [&](auto f) {
    f.begin_map(2);
    f.field("id", id);
    if (lost) {
      f.key("err");
      f.put_lost(*reacted);
      return f.end_map();
    }
    f.key("ok");
    std::visit([&f](const auto& a) { f.put(a); }, body);
    f.end_map();
  });
}

std::string pong(encoding e, session::request_id id, wall_ms now) {
  return encode(e, 64, [&](auto f) {
    f.begin_map(2);
    f.field("id", id);
    f.key("ok");
    f.begin_map(1);
    f.field("ts", now);
    f.end_map();
    f.end_map();
  });
}

std::string refusal(encoding e, std::optional<session::request_id> id, const session::refusal& r) {
  return encode(e, 160, [&](auto f) {
    f.begin_map(id ? 2 : 1);
    if (id) f.field("id", *id);
    f.key("err");
    f.put_error(r.why, r.retry);
    f.end_map();
  });
}

std::string messages(encoding e, const room_id& room, std::span<const actors::chat_message_ptr> batch,
                     std::uint64_t skipped) {
  return encode(e, bytes_of(batch), [&](auto f) {
    f.begin_map(skipped == 0 ? 3 : 4);
    f.field("op", std::string_view("msgs"));
    f.field("room", room);
    f.list("msgs", batch);
    if (skipped != 0) f.field("skipped", skipped);
    f.end_map();
  });
}

std::string tomb(encoding e, const room_id& room, const actors::chat_message& m) {
  return encode(e, 160, [&](auto f) {
    f.begin_map(5);
    f.field("op", std::string_view("tomb"));
    f.field("room", room);
    f.put_tomb(m);
    f.end_map();
  });
}

std::string change(encoding e, const actors::room_change& c) {
  return encode(e, 256, [&](auto f) {
    f.begin_map(3 + (c.joined.empty() ? 0 : 1) + (c.left.empty() ? 0 : 1) + (c.boards.empty() ? 0 : 1) +
                (c.typing ? 1 : 0));
    f.field("op", std::string_view("state"));
    f.field("room", c.room);
    f.key("state");
    f.put(c.status);
    if (!c.joined.empty()) f.list("joined", c.joined);
    if (!c.left.empty()) f.list("left", c.left);
    if (!c.boards.empty()) f.list("boards", c.boards);
    if (c.typing) f.list("typing", *c.typing);
    f.end_map();
  });
}

std::string cursor(encoding e, const actors::user::room_cursor& c) {
  return encode(e, 96, [&](auto f) {
    f.begin_map(3);
    f.field("op", std::string_view("read"));
    f.field("room", c.room);
    f.field("off", c.read);
    f.end_map();
  });
}

std::string echo(encoding e, const actors::session::echoed& what) {
  return encode(e, bytes_of(std::span(&what.message, 1)), [&](auto f) {
    f.begin_map(4);
    f.field("op", std::string_view("echo"));
    f.field("room", what.room);
    f.field("after", what.after);
    f.key("msg");
    f.put_said(*what.message, false);
    f.end_map();
  });
}

std::string move(encoding e, const move_notice& m) {
  return encode(e, 96 + m.url.size(), [&](auto f) {
    f.begin_map(m.url.empty() ? 3 : 4);
    f.field("op", std::string_view("move"));
    f.field("after_ms", std::int64_t{m.after.count()});
    f.field("jitter_ms", std::int64_t{m.jitter.count()});
    if (!m.url.empty()) f.field("url", m.url);
    f.end_map();
  });
}

}  // namespace lightstick::gateway::protocol
