#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/fanout.hpp"
#include "actors/session/session_actor.hpp"
#include "gateway/auth/tokens.hpp"
#include "gateway/hooks/options.hpp"
#include "gateway/node_jobs.hpp"
#include "gateway/protocol/frames.hpp"
#include "runtime/base/metrics.hpp"
#include "runtime/system.hpp"

namespace lightstick::gateway {

static_assert(auth::clock_skew == actors::session::token_skew, "a token that is accepted must open a session");

/// An address to listen on. Port 0 takes a free one.
struct endpoint {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
};
/// "127.0.0.1:8080", "[::1]:8080". Errors: invalid, naming the form.
[[nodiscard]] result<endpoint> parse_endpoint(std::string_view text);
[[nodiscard]] std::string to_string(const endpoint& e);

struct tls_files {
  std::string certificate;  ///< PEM chain; empty = no TLS
  std::string private_key;  ///< PEM
};

/// How a balancer in front tells the client's address; honoured only from `trusted` peers. Of the two headers only the
/// one named is read: the other may be the client's own.
enum class forwarding : std::uint8_t { none, proxy_protocol, forwarded, x_forwarded_for };

/// An OpenID Connect provider at which the page lets people log in.
struct login_provider {
  std::string issuer;                   ///< its URL; empty = none
  std::string client_id;
  std::string scope = "openid profile";
  std::vector<std::string> origins;     ///< that it lives on beside the issuer's, for its token endpoint
};

struct options {
  node_id node{"n1"};
  endpoint listen;
  endpoint admin_listen;
  std::uint32_t io_threads = 2;
  tls_files tls;
  bool guests = false;
  std::chrono::seconds guest_ttl{std::chrono::hours{12}};
  rate_limit guest_rate{1, 20};            ///< guest log-ins an address (loopback exempt with the address limit)
  rate_limit fan_publish_rate{10, 40};       ///< of one fan, all sessions on this node together
  rate_limit fan_react_rate{10, 40};         ///< reactions, likewise
  rate_limit address_publish_rate{100, 400}; ///< of all fans of one address (loopback exempt with the address limit)
  rate_limit service_rate{200, 1'000};       ///< requests of one service by the HTTP API
  std::vector<std::string> rooms{"lobby"}; ///< exist, and are shown in the list of rooms, from the start
  login_provider login;
  std::vector<std::string> origins;        ///< allowed Origin of browsers' WebSockets; empty = the same host only

  forwarding forwarded = forwarding::none;
  std::vector<std::string> trusted;        ///< addresses or networks in CIDR form

  std::uint32_t connections_max = 15'000;
  std::uint32_t connections_per_address_max = 200;
  std::uint32_t handshakes_max = 5'000;    ///< connections that are not logged in yet; beyond it 503
  rate_limit fan_deliveries{2'000'000,
                            4'000'000};  ///< of one room: messages times listeners; beyond it fans' are sampled
  rate_limit accept_rate{5'000, 10'000};   ///< connections of the node; beyond it they wait in the kernel's queue
  std::chrono::milliseconds lag_max{1'000};  ///< of an I/O thread; beyond it upgrades are answered 503
  bool loopback_exempt = true;             ///< of the per-address limits
  std::uint32_t outbound_bytes_max = 1'048'576;  ///< waiting for one socket; beyond it close 4101
  std::uint32_t held_frames_max = 1'024;   ///< pushes held for a join under way; beyond it close 4101
  std::uint32_t header_bytes_max = 8'192;
  std::uint32_t body_bytes_max = 65'536;
  std::chrono::milliseconds header_timeout{10'000};    ///< for one HTTP request to be complete
  std::chrono::milliseconds handshake_timeout{10'000}; ///< TLS, WebSocket upgrade, and `auth` after it
  std::chrono::milliseconds idle_timeout{60'000};      ///< an HTTP connection between requests
  std::chrono::milliseconds ping_after{25'000};        ///< of silence from the client
  std::chrono::milliseconds pong_within{10'000};
  std::chrono::milliseconds write_timeout{30'000};     ///< one write that makes no progress: close 4101
  std::chrono::milliseconds audit_within{5'000};  ///< an operator's change waits so long for its entry in the journal
  std::chrono::milliseconds change_within{4'000};  ///< and then so long for its end, before it is answered
  protocol::limits frame;
  actors::session::options session;
  hooks::options hook;
  std::string hook_secret;  ///< the contents of hooks::options::secret_file
};

/// What the admin listener can ask of the rest of the node, beside the actors. Implemented in tools.
/// Who owns a partition, as far as this node has heard.
struct placement {
  node_id owner;
  bool here = false;
  lightstick::epoch epoch;
};

/// One page of them.
struct room_names {
  std::vector<room_id> rooms;
  std::string next;  ///< the cursor of the next page, any bytes; empty: this is the last
};

class node_info {
 public:
  virtual ~node_info() = default;
  /// Shown by `inspect` for an actor that is not active here. Errors: not_found, corrupt.
  virtual void inspect_stored(const actor_id& id, unique_function<void(result<runtime::inspection>)> done) = 0;
  /// Of the rooms that are stored, those behind `cursor` (empty: from the first), in an order of their own; at most `limit`, and
  /// perhaps fewer though there are more. `done` runs on any thread. Errors: overloaded, retryable, corrupt, invalid.
  virtual void list_rooms(std::string cursor, std::size_t limit, unique_function<void(result<room_names>)> done) {
    (void)cursor;
    (void)limit;
    done(room_names{});
  }
  /// Nothing when nobody owns it.
  [[nodiscard]] virtual std::optional<placement> where(partition p) const = 0;
  /// Why the node is of no use to clients now, as a sentence; nothing while it is. Cheap, and never blocks.
  [[nodiscard]] virtual std::optional<std::string> unready() const { return std::nullopt; }
  /// What answers /v1/admin/backup, stats and erase; null: nobody. Lives as long as this.
  [[nodiscard]] virtual node_jobs* jobs() noexcept { return nullptr; }
};

/// The edge of a node: HTTP, WebSocket, fan-out and the admin listener, on its own threads.
/// Life: make, `start` (needs the system, which needs `fanout()`), `drain`, `stop`.
class server {
 public:
  /// Opens the listeners (nothing is accepted yet). Errors: invalid (address, TLS files), denied (no right to the port),
  /// `port taken`: each names the listener and a way out.
  [[nodiscard]] static result<std::unique_ptr<server>> make(options o,
                                                            std::shared_ptr<const auth::token_authority> tokens,
                                                            const clock_source& clock, metrics& registry);
  virtual ~server() = default;

  /// Given to the rooms; valid for the server's life.
  [[nodiscard]] virtual actors::fanout& fanout() noexcept = 0;
  /// The ports really taken.
  [[nodiscard]] virtual endpoint listening() const = 0;
  [[nodiscard]] virtual endpoint admin_listening() const = 0;

  /// Begins to serve. REQUIRES: the kinds are registered; `sys` and `info` outlive the server's threads (until `stop`).
  virtual void start(runtime::system& sys, node_info& info) = 0;
  /// Takes the TLS certificate and its key anew when their files have changed: for clients that connect from now on.
  /// Thread: one at a time; it reads files.
  virtual void look_at_files() = 0;
  /// Stops accepting, says `move` to every client, closes each with 4200 within `limit`; readyz says 503 from now on (as while `unready`).
  virtual void drain(std::chrono::milliseconds limit) = 0;
  /// Ends all threads. Idempotent.
  virtual void stop() = 0;
};

}  // namespace lightstick::gateway
