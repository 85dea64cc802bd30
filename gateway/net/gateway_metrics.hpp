#pragma once

#include <array>

#include "actors/session/client_port.hpp"
#include "runtime/base/metrics.hpp"

namespace lightstick::gateway::net {

/// Why a connection was turned away before it could say anything, or asked to come back.
enum class refused_for : std::uint8_t {
  node_full,        ///< connections_max
  address_full,     ///< connections_per_address_max
  untrusted_peer,   ///< a PROXY header is expected, and not from this peer
  proxy_header,     ///< malformed or late
  tls,              ///< the handshake failed or was late
  origin,
  session,          ///< no session could be started
  handshakes,       ///< handshakes_max
  overloaded,       ///< an I/O thread lags by more than lag_max
  open_files,       ///< the last file descriptors are kept for the admin listener and the store
};
inline constexpr std::size_t refused_for_count = 10;
[[nodiscard]] std::string_view to_string(refused_for why) noexcept;

/// Every number the gateway keeps; thread-safe. The references live as long as the registry.
struct gateway_metrics {
  explicit gateway_metrics(metrics& registry);

  gauge& connections_open;
  gauge& clients_open;
  gauge& handshakes_open;
  counter& connections_accepted;
  counter& accepts_paused;
  counter& accept_failures;  ///< for want of file descriptors or memory, mostly
  std::array<counter*, refused_for_count> refused;
  counter& http_timeouts;
  counter& auth_failures;
  counter& revoked_clients;
  counter& guests;
  counter& guests_limited;
  counter& frames_in;
  counter& frames_out;
  counter& bytes_in;
  counter& bytes_out;
  counter& writes;
  counter& reads_paused;
  counter& deliveries;
  counter& frames_encoded;    ///< broadcast frames, once an encoding
  counter& fan_messages_skipped;  ///< left out for all of a room
  counter& batches_merged;    ///< that waited for an earlier walk
  counter& outbound_overflow;
  counter& write_timeouts;
  counter& answers_overflow;
  counter& held_overflow;
  counter& relay_overflow;
  counter& offset_gaps;
  gauge& relays;
  gauge& subscriptions;
  histogram& walk_seconds;
  histogram& lag_seconds;

  [[nodiscard]] counter& refused_because(refused_for why) noexcept { return *refused[static_cast<std::size_t>(why)]; }
  [[nodiscard]] counter& http_answers(unsigned status) noexcept;
  /// Error answers, by whom ever: frames that the gateway refused, and what the session or a room refused.
  [[nodiscard]] counter& refusals(actors::errc code) noexcept;
  /// Code 0: the peer ended it, or the connection broke.
  [[nodiscard]] counter& closes(std::uint16_t code) noexcept;

 private:
  struct coded {
    unsigned code;
    counter* count;
  };
  std::array<coded, 21> http_;
  std::array<coded, 10> closes_;
  std::array<coded, 14> refusals_;
};

}  // namespace lightstick::gateway::net
