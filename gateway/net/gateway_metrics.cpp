#include "gateway/net/gateway_metrics.hpp"

#include <algorithm>

namespace lightstick::gateway::net {
namespace {

constexpr std::array<const char*, refused_for_count> refused_names{
    "node_full", "address_full", "untrusted_peer", "proxy_header", "tls",
    "origin",    "session",      "handshakes",     "overloaded",   "open_files"};
constexpr std::array<unsigned, 21> http_codes{101, 200, 201, 304, 400, 401, 403, 404, 405, 408, 409,
                                              413, 415, 422, 426, 429, 431, 500, 501, 503, 0};
constexpr std::array<unsigned, 14> error_codes{100, 101, 102, 103, 107, 109, 111, 113, 120, 121, 122, 130, 131, 0};
constexpr std::array<unsigned, 10> close_codes{4001, 4003, 4007, 4101, 4108, 4109, 4200, 4201, 1000, 0};

template <class Coded, std::size_t N>
counter& find_or_last(std::array<Coded, N>& all, unsigned code) noexcept {
  const auto it = std::find_if(all.begin(), all.end() - 1, [&](const Coded& c) { return c.code == code; });
  return *it->count;
}

}  // namespace

std::string_view to_string(refused_for why) noexcept { return refused_names[static_cast<std::size_t>(why)]; }

gateway_metrics::gateway_metrics(metrics& r)
    : connections_open(r.make_gauge("lightstick_gateway_connections_open", "TCP connections of clients")),
      clients_open(r.make_gauge("lightstick_gateway_clients_open", "WebSocket connections")),
      handshakes_open(r.make_gauge("lightstick_gateway_handshakes_open", "Connections that have not logged in yet")),
      connections_accepted(r.make_counter("lightstick_gateway_connections_accepted_total", "Connections accepted")),
      accepts_paused(r.make_counter("lightstick_gateway_accepts_paused_total",
                                    "Times no connection was accepted for a moment because too many came")),
      accept_failures(r.make_counter("lightstick_gateway_accept_failures_total",
                                     "Accepts that failed, mostly for want of file descriptors or memory")),
      http_timeouts(r.make_counter("lightstick_gateway_http_timeouts_total", "HTTP requests that came too slowly")),
      auth_failures(r.make_counter("lightstick_gateway_auth_failures_total", "Tokens refused")),
      revoked_clients(
          r.make_counter("lightstick_gateway_revoked_clients_total", "Clients closed because their token was revoked")),
      guests(r.make_counter("lightstick_gateway_guests_total", "Guest tokens given")),
      guests_limited(
          r.make_counter("lightstick_gateway_guests_limited_total", "Guest log-ins over the address's rate")),
      frames_in(r.make_counter("lightstick_gateway_frames_in_total", "Frames from clients")),
      frames_out(r.make_counter("lightstick_gateway_frames_out_total", "Frames written to clients")),
      bytes_in(r.make_counter("lightstick_gateway_bytes_in_total", "Payload bytes from clients")),
      bytes_out(r.make_counter("lightstick_gateway_bytes_out_total", "Payload bytes written to clients")),
      writes(r.make_counter("lightstick_gateway_writes_total", "WebSocket messages written")),
      reads_paused(r.make_counter("lightstick_gateway_reads_paused_total",
                                  "Times a client's socket was not read because too many answers were due")),
      deliveries(r.make_counter("lightstick_gateway_deliveries_total", "Broadcast frames queued for a client")),
      frames_encoded(r.make_counter("lightstick_gateway_frames_encoded_total", "Broadcast frames encoded")),
      fan_messages_skipped(r.make_counter("lightstick_gateway_fan_messages_skipped_total",
                                          "Messages of fans left out of a room's pushes because too much was said")),
      batches_merged(r.make_counter("lightstick_gateway_batches_merged_total",
                                    "Room batches merged because the walk before had not begun")),
      outbound_overflow(r.make_counter("lightstick_gateway_outbound_overflow_total",
                                       "Clients closed because too much waited for their socket")),
      write_timeouts(r.make_counter("lightstick_gateway_write_timeouts_total",
                                    "Clients closed because a write to them made no progress")),
      answers_overflow(r.make_counter("lightstick_gateway_answers_overflow_total",
                                      "Clients closed because too many answers waited for their thread")),
      held_overflow(r.make_counter("lightstick_gateway_held_overflow_total",
                                   "Clients closed because too many pushes waited for a join")),
      relay_overflow(r.make_counter("lightstick_gateway_relay_overflow_total",
                                    "Times all of a room's clients on a thread were closed because it fell behind")),
      offset_gaps(r.make_counter("lightstick_gateway_offset_gaps_total",
                                 "Clients closed because a push was not the next offset")),
      relays(r.make_gauge("lightstick_gateway_relays", "Rooms with subscribers on this node")),
      subscriptions(r.make_gauge("lightstick_gateway_subscriptions", "Subscriptions of clients to rooms")),
      walk_seconds(r.make_histogram("lightstick_gateway_walk_seconds", "One walk of a thread over a room's clients")),
      lag_seconds(r.make_histogram("lightstick_gateway_lag_seconds",
                                   "How late an I/O thread was with what it had to do: its deadlines, and upgrades")) {
  for (std::size_t i = 0; i < refused_for_count; ++i) {
    refused[i] = &r.make_counter("lightstick_gateway_connections_refused_total", "Connections turned away",
                                 {{"reason", refused_names[i]}});
  }
  for (std::size_t i = 0; i < http_codes.size(); ++i) {
    const auto name = http_codes[i] == 0 ? "other" : std::to_string(http_codes[i]);
    http_[i] = {http_codes[i],
                &r.make_counter("lightstick_gateway_http_answers_total", "HTTP answers", {{"status", name}})};
  }
  for (std::size_t i = 0; i < error_codes.size(); ++i) {
    const auto name = error_codes[i] == 0 ? "other" : std::to_string(error_codes[i]);
    refusals_[i] = {error_codes[i], &r.make_counter("lightstick_gateway_refusals_total",
                                                    "Requests answered with an error", {{"code", name}})};
  }
  for (std::size_t i = 0; i < close_codes.size(); ++i) {
    const auto name = close_codes[i] == 0 ? "other" : std::to_string(close_codes[i]);
    closes_[i] = {close_codes[i],
                  &r.make_counter("lightstick_gateway_closes_total", "Ended WebSocket connections", {{"code", name}})};
  }
}

counter& gateway_metrics::http_answers(unsigned status) noexcept { return find_or_last(http_, status); }
counter& gateway_metrics::refusals(actors::errc code) noexcept {
  return find_or_last(refusals_, static_cast<unsigned>(code));
}
counter& gateway_metrics::closes(std::uint16_t code) noexcept { return find_or_last(closes_, code); }

}  // namespace lightstick::gateway::net
