#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "gateway/gateway.hpp"
#include "gateway/net/gateway_metrics.hpp"
#include "gateway/net/ip_address.hpp"
#include "gateway/net/limits.hpp"
#include "gateway/net/relay.hpp"

namespace lightstick::gateway::net {

/// What all threads and connections of the gateway share. Made by the server, outlives its threads. Immutable or
/// thread-safe member by member; `sys` and `info` are set before the threads begin.
struct core {
  core(options o, ip_networks trusted_peers, std::shared_ptr<const auth::token_authority> authority,
       const clock_source& c, metrics& r)
      : opts(std::move(o)),
        trusted(std::move(trusted_peers)),
        tokens(std::move(authority)),
        clock(c),
        registry(r),
        counts(r),
        limits(opts.connections_max, opts.connections_per_address_max, opts.loopback_exempt, &counts.connections_open),
        handshakes(opts.handshakes_max, opts.handshakes_max, true, &counts.handshakes_open),
        accepts(opts.accept_rate),
        guest_rates(opts.guest_rate, opts.loopback_exempt),
        fan_rates(opts.fan_publish_rate),
        fan_reaction_rates(opts.fan_react_rate),
        address_publish_rates(opts.address_publish_rate, opts.loopback_exempt),
        service_rates(opts.service_rate),
        rooms(counts, clock, opts.fan_deliveries) {}

  const options opts;
  const ip_networks trusted;
  const std::shared_ptr<const auth::token_authority> tokens;
  const clock_source& clock;
  metrics& registry;
  gateway_metrics counts;
  connection_limits limits;
  connection_limits handshakes;  ///< connections until somebody has logged in, or an HTTP request was answered
  shared_rate accepts;
  address_rates guest_rates;
  keyed_rates<user_id> fan_rates;       ///< publishes of one fan, all sessions on this node
  keyed_rates<user_id> fan_reaction_rates;  ///< their reactions, likewise
  address_rates address_publish_rates;  ///< of all fans of one address
  keyed_rates<user_id> service_rates;   ///< requests of one service
  relays rooms;
  runtime::system* sys = nullptr;
  node_info* info = nullptr;
  /// Closes whoever came with one of these tokens, on every thread; returns at once.
  std::function<void(const actors::revocations::revocation&)> close_revoked;
  std::atomic<bool> draining{false};
};

/// What one accepted connection holds while it is open. Move-only.
struct place {
  admission of_node;
  admission of_address;
  admission opening;  ///< until the client is let in
  ip_address client;
};

}  // namespace lightstick::gateway::net
