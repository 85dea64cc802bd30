#include "tools/config/option_makers.hpp"
#include "tools/config/tables.hpp"

namespace lightstick::tools::config {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;

std::vector<option> limits() {
  return {
      number("limits.connections",
             "Open client connections; beyond it new ones are answered 503 and closed. Each takes one open file.",
             LS_AT(gateway.connections_max), 1, 1'000'000),
      number("limits.connections_per_address",
             "Of these, from one client address (IPv6: from one /64); beyond it 503, behind a balancer 429.",
             LS_AT(gateway.connections_per_address_max), 1, 1'000'000),
      number("limits.handshakes",
             "Connections that have not logged in yet, up to the answer to their auth; beyond it 503 with Retry-After.",
             LS_AT(gateway.handshakes_max), 1, 1'000'000),
      duration("limits.lag",
               "How late an I/O thread may be with what it has to do; beyond it new WebSockets are answered 503 with "
               "Retry-After, so that those inside keep their latency.",
               LS_AT(gateway.lag_max), 10ms, 1min),
      flag("limits.loopback_exempt",
           "Limits by address do not count for clients on this machine. A balancer that does not tell for whom it asks "
           "is none.",
           LS_AT(gateway.loopback_exempt)),
      size("limits.outbound_bytes",
           "Waiting to be sent to one client; beyond it the connection is closed with 4101 and resumes by paging.",
           LS_AT(gateway.outbound_bytes_max), 64 * kib, 64 * mib),
      number("limits.held_frames", "Pushes held for a client whose join is under way; beyond it close 4101.",
             LS_AT(gateway.held_frames_max), 16, 65'536),
      size("limits.header_bytes", "Header of an HTTP request; beyond it 431 and the connection is closed.",
           LS_AT(gateway.header_bytes_max), kib, 64 * kib),
      size("limits.body_bytes", "Body of an HTTP request; beyond it 413 and the connection is closed.",
           LS_AT(gateway.body_bytes_max), kib, mib),
      size("limits.frame_bytes", "One WebSocket message from a client; beyond it close 4007.",
           LS_AT(gateway.frame.frame_bytes), kib, mib),
      number("limits.frames", "Frames in one WebSocket message (an array); beyond it close 4007.",
             LS_AT(gateway.frame.frames), 1, 1'024),
      number("limits.depth", "Nested maps and arrays in one message; beyond it close 4007.", LS_AT(gateway.frame.depth),
             3, 32),
      number("limits.items", "Keys and elements in one message together; beyond it close 4007.",
             LS_AT(gateway.frame.items), 64, 65'536),
      also(size("limits.text_bytes", "Text of one publish, UTF-8; beyond it error 107.",
                LS_AT(gateway.frame.text_bytes), 1, 16 * kib),
           LS_AT(gateway.frame.text_bytes), LS_AT(gateway.session.text_bytes_max)),
      also(size("limits.data_bytes", "Data of one publish, as msgpack; beyond it error 107.",
                LS_AT(gateway.frame.data_bytes), 0, 16 * kib),
           LS_AT(gateway.frame.data_bytes), LS_AT(gateway.session.data_bytes_max)),
      number("limits.resume_rooms", "Rooms in the resume list of one auth; beyond it error 107.",
             LS_AT(gateway.frame.resume_rooms), 1, 1'000),
      number("limits.session_rooms", "Rooms that one session is in; beyond it a join is answered with error 107.",
             LS_AT(gateway.session.rooms_max), 1, 1'000),
      number("limits.resume_reads",
             "Resumes (see rates.resumes) that read history at the same time; beyond it error 130 as well.",
             LS_AT(room.resumes.at_once), 1, 10'000),
      size("limits.answer_bytes", "Messages in one answer, of all its rooms together; the rest comes by paging.",
           LS_AT(gateway.session.answer_bytes_max), 32 * kib, 256 * kib),
  };
}

std::vector<option> rates() {
  return {
      rate("rates.publish_fan", "Publishes of one session with role fan; beyond it error 111.",
           LS_AT(gateway.session.publish_rate[0])),
      rate("rates.publish_artist", "The same for role artist.", LS_AT(gateway.session.publish_rate[1])),
      rate("rates.publish_moderator", "The same for role moderator.", LS_AT(gateway.session.publish_rate[2])),
      rate("rates.publish_admin", "The same for role admin.", LS_AT(gateway.session.publish_rate[3])),
      rate("rates.publish_user", "Publishes of one fan, all sessions on this node together; beyond it error 111.",
           LS_AT(gateway.fan_publish_rate)),
      rate("rates.publish_address",
           "Publishes of all fans of one address together; beyond it error 111. Loopback is exempt as from "
           "limits.connections_per_address.",
           LS_AT(gateway.address_publish_rate)),
      rate("rates.publish_room",
           "Publishes of all fans of one room together; beyond it error 111. Artists and moderators are not held back "
           "by it.",
           LS_AT(room.fan_rate)),
      rate("rates.fan_deliveries",
           "Messages of one room times those who listen on this node; beyond it what fans say is sampled, the same for "
           "all, and told by `skipped`. Artists and moderators always come through.",
           LS_AT(gateway.fan_deliveries)),
      rate("rates.accepts", "Connections accepted by the node; beyond it they wait in the kernel's queue.",
           LS_AT(gateway.accept_rate)),
      rate("rates.react_fan", "Reactions of one session with role fan; beyond it error 111.",
           LS_AT(gateway.session.react_rate[0])),
      rate("rates.react_artist", "The same for role artist.", LS_AT(gateway.session.react_rate[1])),
      rate("rates.react_moderator", "The same for role moderator.", LS_AT(gateway.session.react_rate[2])),
      rate("rates.react_admin", "The same for role admin.", LS_AT(gateway.session.react_rate[3])),
      rate("rates.react_user", "Reactions of one fan, all sessions on this node together; beyond it error 111.",
           LS_AT(gateway.fan_react_rate)),
      rate("rates.typing", "How often one session says that somebody types; beyond it error 111.",
           LS_AT(gateway.session.typing_rate)),
      rate("rates.requests", "Everything else that one session asks; beyond it error 111.",
           LS_AT(gateway.session.request_rate)),
      rate("rates.resumes",
           "Resumes of all rooms of the node that have to read history from the disk; beyond it error 130, with a "
           "retry_ms of its own for each.",
           LS_AT(room.resumes.rate)),
      rate("rates.services", "Requests of one service by the HTTP API; beyond it 429 with Retry-After.",
           LS_AT(gateway.service_rate)),
      rate("rates.guests", "Guest log-ins from one address; beyond it 429 with Retry-After.",
           LS_AT(gateway.guest_rate)),
  };
}

std::vector<option> timeouts() {
  return {
      duration("timeouts.header", "For one HTTP request to be complete; then 408 and the connection is closed.",
               LS_AT(gateway.header_timeout), 100ms, 10min),
      duration("timeouts.handshake", "For TLS, for the WebSocket upgrade, and for auth after it.",
               LS_AT(gateway.handshake_timeout), 100ms, 10min),
      duration("timeouts.idle", "For an HTTP connection between two requests.", LS_AT(gateway.idle_timeout), 100ms, 1h),
      duration("timeouts.ping_after", "Of silence from a client, before the node asks with a WebSocket ping.",
               LS_AT(gateway.ping_after), 100ms, 10min),
      duration("timeouts.pong_within", "For the answer to that; then close 4201.", LS_AT(gateway.pong_within), 100ms,
               10min),
      duration("timeouts.write", "For one write to a client that makes no progress; then close 4101.",
               LS_AT(gateway.write_timeout), 100ms, 10min),
      duration("timeouts.ask", "For a room or a user to answer a session; then error 131, outcome unknown.",
               LS_AT(gateway.session.ask_limit), 100ms, 1min),
      duration("timeouts.drain", "At a graceful stop: for clients to be told `move` and to be closed with 4200.",
               LS_AT(drain_within), 0ms, 10min),
      duration("timeouts.stop", "After that: for commits under way.", LS_AT(stop_within), 0ms, 10min),
  };
}

}  // namespace

std::vector<option> edge_options() {
  auto all = limits();
  for (auto part : {rates(), timeouts()}) {
    for (auto& o : part) all.push_back(std::move(o));
  }
  return all;
}

}  // namespace lightstick::tools::config
