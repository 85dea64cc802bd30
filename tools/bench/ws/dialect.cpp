#include "tools/bench/ws/dialect.hpp"

#include <algorithm>

#include "gateway/wire/json.hpp"
#include "gateway/wire/msgpack_codec.hpp"
#include "tools/bench/ws/frames.hpp"

namespace lightstick::tools::bench::ws {
namespace {

namespace wire = gateway::wire;

constexpr std::string_view event_head = "42[\"m\",";
/// A push is whatever the server merged: more than a node would take from a client.
constexpr wire::bounds reading{.bytes = frame_bytes_max, .depth = 12, .items = 1'000'000};

void put_value(std::string& to, dialect d, const wire::value& v) {
  std::string bytes;
  if (d == dialect::msgpack) {
    wire::msgpack_writer w(bytes);
    wire::write(w, v);
    return put_frame(to, opcode::binary, bytes);
  }
  if (d == dialect::socketio) bytes = event_head;
  wire::json_writer w(bytes);
  wire::write(w, v);
  if (d == dialect::socketio) bytes.push_back(']');
  put_frame(to, opcode::text, bytes);
}

const std::uint64_t* number(const wire::map& m, std::string_view key) {
  const auto* v = wire::find(m, key);
  return v == nullptr ? nullptr : v->as<std::uint64_t>();
}

const wire::map* inner(const wire::map& m, std::string_view key) {
  const auto* v = wire::find(m, key);
  return v == nullptr ? nullptr : v->as<wire::map>();
}

bool says(const wire::map& m, std::string_view key, std::string_view what) {
  const auto* v = wire::find(m, key);
  const auto* text = v == nullptr ? nullptr : v->as<std::string>();
  return text != nullptr && *text == what;
}

}  // namespace

std::string_view name_of(dialect d) noexcept {
  return d == dialect::json ? "JSON" : d == dialect::msgpack ? "msgpack" : "Socket.IO";
}

std::string_view path_of(dialect d) noexcept {
  return d == dialect::socketio ? "/socket.io/?EIO=4&transport=websocket" : "/v1/ws";
}

std::string_view subprotocol_of(dialect d) noexcept {
  return d == dialect::json ? "lightstick.v1.json" : d == dialect::msgpack ? "lightstick.v1.msgpack" : "";
}

void put_auth(std::string& to, dialect d, std::string_view token, std::string_view device_name) {
  put_value(to, d,
            wire::value(wire::map{{"op", wire::value("auth")},
                                  {"id", wire::value(auth_id)},
                                  {"token", wire::value(token)},
                                  {"device", wire::value(device_name)}}));
}

void put_join(std::string& to, dialect d, std::string_view room) {
  put_value(to, d,
            wire::value(wire::map{{"op", wire::value("join")},
                                  {"id", wire::value(join_id)},
                                  {"room", wire::value(room)},
                                  {"limit", wire::value(std::uint64_t{0})}}));
}

void put_publish(std::string& to, dialect d, std::uint64_t id, std::string_view room, std::string_view text) {
  put_value(to, d,
            wire::value(wire::map{{"op", wire::value("pub")},
                                  {"id", wire::value(id)},
                                  {"room", wire::value(room)},
                                  {"text", wire::value(text)}}));
}

void put_bare(std::string& to, std::string_view text) { put_frame(to, opcode::text, text); }

sign strip(dialect d, std::string_view message, std::string_view& content) noexcept {
  content = message;
  if (d != dialect::socketio) return sign::event;
  if (message.starts_with(event_head) && message.ends_with(']')) {
    content = message.substr(event_head.size(), message.size() - event_head.size() - 1);
    return sign::event;
  }
  if (message.starts_with("40")) return sign::connected;
  if (message.starts_with("0")) return sign::open;
  return message == "2" ? sign::ping : sign::other;
}

result<wire::array> decode(dialect d, std::string_view content) {
  auto read = d == dialect::msgpack ? wire::read_msgpack(content, reading) : wire::read_json(content, reading);
  if (!read) return fail(std::move(read.error()));
  if (auto* several = read->as<wire::array>()) return std::move(*several);
  wire::array one;
  one.push_back(std::move(*read));
  return one;
}

bool as_answer(const wire::value& frame, answer& into) {
  const auto* m = frame.as<wire::map>();
  if (m == nullptr) return false;
  const auto* ok = inner(*m, "ok");
  const auto* err = inner(*m, "err");
  if (ok == nullptr && err == nullptr) return false;
  const auto* id = number(*m, "id");
  into = {id == nullptr ? 0 : *id, ok != nullptr, 0, {}};
  if (ok != nullptr) {
    if (const auto* off = number(*ok, "off")) into.off = *off;
    return true;
  }
  if (const auto* code = number(*err, "code")) into.error = std::to_string(*code);
  if (const auto* msg = wire::find(*err, "msg"); msg != nullptr && msg->as<std::string>() != nullptr) {
    into.error += " " + *msg->as<std::string>();
  }
  return true;
}

bool plausible(const wire::value& frame, std::string_view room, std::size_t text_bytes) {
  const auto* push = frame.as<wire::map>();
  if (push == nullptr) return false;
  if (!says(*push, "op", "msgs")) return true;
  const auto* msgs = wire::find(*push, "msgs");
  const auto* all = msgs == nullptr ? nullptr : msgs->as<wire::array>();
  if (!says(*push, "room", room) || all == nullptr || all->empty()) return false;
  return std::ranges::all_of(*all, [&](const wire::value& v) {
    const auto* m = v.as<wire::map>();
    const auto* text = m == nullptr ? nullptr : wire::find(*m, "text");
    const auto* held = text == nullptr ? nullptr : text->as<std::string>();
    return held != nullptr && held->size() == text_bytes && number(*m, "off") != nullptr;
  });
}

}  // namespace lightstick::tools::bench::ws
