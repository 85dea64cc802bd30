#include "tests/support/ws_client.hpp"

#include <algorithm>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace lightstick::test {
namespace {

std::runtime_error protocol_error(const std::string& what) { return std::runtime_error("protocol: " + what); }

}  // namespace

chat parse_chat(const value& m) {
  if (m.has("tomb")) {
    chat tomb;
    tomb.off = m["off"].number();
    tomb.ts = m["ts"].signed_number();
    const auto& what = m["tomb"];
    tomb.tomb = "something";
    if (what.has("off")) tomb.tomb = std::to_string(what["off"].number());
    if (what.has("user")) tomb.tomb = "user " + what["user"].text();
    return tomb;
  }
  if (m.has("gone")) {
    chat withdrawn;
    withdrawn.off = m["off"].number();
    withdrawn.gone = m["gone"].flag();
    return withdrawn;
  }
  return {m["off"].number(),
          m["ts"].signed_number(),
          m["user"].text(),
          m["name"].text(),
          m["role"].text(),
          m["text"].text(),
          false};
}

std::ostream& operator<<(std::ostream& out, const chat& c) {
  return out << '#' << c.off << " @" << c.ts << ' ' << c.user << " (" << c.name << ", " << c.role << "): '" << c.text
             << '\'';
}

std::vector<chat> parse_chats(const value& holder) {
  std::vector<chat> made;
  for (const auto& m : holder["msgs"].items()) {
    made.push_back(parse_chat(m));
  }
  return made;
}

ws_client::ws_client(const ws_options& o) : encoding_(o.encoding), stream_(o.dial) { handshake(o); }

void ws_client::handshake(const ws_options& o) {
  const std::string protocol = o.subprotocol ? "lightstick.v1." + std::string(to_string(o.encoding)) : "";
  const deadline end;
  stream_.write(upgrade_request(o.dial.address + ":" + std::to_string(o.dial.port), o.path, protocol, o.headers), end);
  std::string raw;
  auto head = std::string::npos;
  while ((head = raw.find("\r\n\r\n")) == std::string::npos) {
    if (end.passed()) {
      throw timed_out("no answer to the upgrade");
    }
    if (stream_.read(raw, end) != stream::state::open && raw.find("\r\n\r\n") == std::string::npos) {
      throw connection_lost("the connection ended in the upgrade: '" + raw + "'");
    }
  }
  upgrade_ = parse_response_head(std::string_view(raw).substr(0, head));
  if (upgrade_.status != 101) {
    const auto came = [&] { return complete_body(upgrade_, std::string_view(raw).substr(head + 4), upgrade_.body); };
    while (!came() && !end.passed() && stream_.read(raw, end) == stream::state::open) {
    }
    throw upgrade_refused(upgrade_);
  }
  // RFC 6455 1.3: the answer to the key of `upgrade_request`.
  if (upgrade_.header("sec-websocket-accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" ||
      upgrade_.header("sec-websocket-protocol") != protocol || !upgrade_.header("sec-websocket-extensions").empty()) {
    throw protocol_error("the upgrade was answered wrongly: '" + raw.substr(0, head) + "'");
  }
  reader_.feed(std::string_view(raw).substr(head + 4));
  while (auto m = reader_.next()) {
    take_in(std::move(*m));
  }
  hello_ = push("hello");
}

std::uint64_t ws_client::send(value::map frame) {
  const auto id = ++last_id_;
  frame.emplace_back("id", id);
  send_value(frame);
  return id;
}

void ws_client::send_value(const value& v) { send_message(data_opcode(), encode(encoding_, v)); }

void ws_client::send_message(opcode kind, std::string_view payload) {
  try {
    stream_.write(ws_frame(kind, payload));
  } catch (const std::system_error&) {
    // What the server said before it closed is still to be read.
    closed();
    throw connection_lost("sending: closed with " + std::to_string(*close_code_));
  }
}

value ws_client::answer(std::uint64_t id, deadline end) {
  std::optional<value> found;
  until(
      "the answer to " + std::to_string(id), [&] { return (found = answer_if_there(id)).has_value(); }, end);
  return std::move(*found);
}

std::optional<value> ws_client::answer_if_there(std::uint64_t id) {
  auto node = answers_.extract(id);
  return node.empty() ? std::nullopt : std::optional(std::move(node.mapped()));
}

value ws_client::ok(value::map frame) {
  const value asked = frame;
  const auto got = answer(send(std::move(frame)));
  if (!got.has("ok")) {
    throw std::runtime_error("refused: " + encode(encoding::json, got) + " to " + encode(encoding::json, asked));
  }
  return got["ok"];
}

value ws_client::err(value::map frame) {
  const value asked = frame;
  const auto got = answer(send(std::move(frame)));
  if (!got.has("err")) {
    throw std::runtime_error("not refused: " + encode(encoding::json, got) + " to " + encode(encoding::json, asked));
  }
  return got["err"];
}

value ws_client::ok_at_any_rate(const value::map& frame) {
  for (const deadline end; !end.passed();) {
    const auto got = answer(send(frame));
    if (got.has("ok")) {
      return got["ok"];
    }
    const auto& why = got["err"];
    if (why["code"].number() != 111) {
      throw std::runtime_error("refused: " + encode(encoding::json, got));
    }
    std::this_thread::sleep_for(milliseconds{why["retry_ms"].number()});
  }
  throw timed_out("rate limited for ever");
}

value ws_client::auth(const std::string& token, const std::string& device, value::array resume) {
  value::map frame{{"op", "auth"}, {"token", token}, {"device", device}};
  if (!resume.empty()) {
    frame.emplace_back("resume", std::move(resume));
  }
  return ok(std::move(frame));
}

value ws_client::join(const std::string& room) { return ok({{"op", "join"}, {"room", room}}); }

value ws_client::publish(const std::string& room, const std::string& text, const std::string& cid) {
  value::map frame{{"op", "pub"}, {"room", room}, {"text", text}};
  if (!cid.empty()) {
    frame.emplace_back("cid", cid);
  }
  return ok_at_any_rate(frame);
}

std::vector<chat> ws_client::history_after(const std::string& room, std::uint64_t off, std::uint64_t limit) {
  std::vector<chat> all;
  for (bool more = true; more;) {
    const auto after = all.empty() ? off : all.back().off;
    const auto page = ok_at_any_rate({{"op", "history"}, {"room", room}, {"after", after}, {"limit", limit}});
    const auto found = parse_chats(page);
    more = page["more"].flag();
    if (more && found.empty()) {
      throw protocol_error("an empty page of history that says more");
    }
    all.insert(all.end(), found.begin(), found.end());
  }
  return all;
}

const std::vector<chat>& ws_client::pushed_through(const std::string& room, std::uint64_t off) {
  const auto& seen = pushed_[room];
  until("offset " + std::to_string(off) + " of " + room, [&] { return !seen.empty() && seen.back().off >= off; });
  return seen;
}

bool ws_client::has_push(std::string_view op) const {
  return std::ranges::any_of(pushes_, [&](const value& v) { return v["op"].text() == op; });
}

value ws_client::anonymous_answer() {
  until("an answer without an id", [this] { return !anonymous_.empty(); });
  auto first = std::move(anonymous_.front());
  anonymous_.pop_front();
  return first;
}

void ws_client::read_for(milliseconds limit) {
  if (is_open()) {
    pump(deadline{limit});
  }
}

std::uint16_t ws_client::closed(deadline end) {
  while (!close_code_) {
    if (end.passed()) {
      throw timed_out("the server did not close the connection");
    }
    pump(end);
  }
  return *close_code_;
}

void ws_client::close() {
  send_message(opcode::close, close_payload(1000));
  closed();
}

void ws_client::pump(deadline end) {
  std::string arrived;
  const auto state = stream_.read(arrived, end);
  reader_.feed(arrived);
  while (auto m = reader_.next()) {
    take_in(std::move(*m));
  }
  if (state != stream::state::open && !close_code_) {
    close_code_ = 1006;
  }
}

void ws_client::take_in(ws_message m) {
  switch (m.kind) {
    case opcode::close:
      if (!close_code_) {
        close_code_ = m.payload.size() < 2 ? 1005
                                           : static_cast<std::uint16_t>(static_cast<unsigned char>(m.payload[0]) << 8 |
                                                                        static_cast<unsigned char>(m.payload[1]));
        // The answer that the RFC asks for; the server may be gone already.
        stream_.try_write(ws_frame(opcode::close, m.payload.substr(0, 2)));
      }
      return;
    case opcode::ping:
      ++pings_;
      if (answers_pings_) {
        stream_.try_write(ws_frame(opcode::pong, m.payload));
      }
      return;
    case opcode::pong: return;
    default: break;
  }
  if (m.kind != data_opcode()) {
    throw protocol_error("a message of the wrong kind for " + std::string(to_string(encoding_)));
  }
  auto frame = decode(encoding_, m.payload);
  if (frame.is_array()) {
    for (const auto& one : frame.items()) {
      take_frame(one);
    }
  } else {
    take_frame(std::move(frame));
  }
}

void ws_client::take_frame(value frame) {
  if (!frame.has("op")) {
    if (frame.has("ok") == frame.has("err")) {
      throw protocol_error("neither a push nor an answer: " + encode(encoding::json, frame));
    }
    if (!frame.has("id") || frame["id"].number() < first_id_) {
      anonymous_.push_back(std::move(frame));
    } else if (const auto id = frame["id"].number(); !answers_.emplace(id, std::move(frame)).second) {
      throw protocol_error("two answers to " + std::to_string(id));
    }
  } else if (frame["op"].text() == "msgs") {
    auto& log = pushed_[frame["room"].text()];
    if (frame.has("skipped")) skipped_[frame["room"].text()] += frame["skipped"].number();
    if (frame["msgs"].items().empty()) {
      throw protocol_error("a push without messages");
    }
    for (const auto& m : frame["msgs"].items()) {
      log.push_back(parse_chat(m));
    }
  } else {
    if (frame["op"].text() == "tomb") pushed_[frame["room"].text()].push_back(parse_chat(frame));
    pushes_.push_back(std::move(frame));
  }
}

}  // namespace lightstick::test
