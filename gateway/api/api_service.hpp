#pragma once

#include <array>

#include "gateway/api/idempotency.hpp"
#include "gateway/api/routes.hpp"
#include "gateway/auth/claims.hpp"
#include "gateway/net/core.hpp"
#include "gateway/net/http_message.hpp"

namespace lightstick::gateway::api {

/// The HTTP API for the platform's other services (docs/http-api.md). Whoever comes shows a token with the scope of what
/// it asks. Asks rooms and never waits for them; what has no answer in time is answered 503 by the session, and its outcome is
/// not known. Bounds: `core::service_rates` a service, one request a connection, `answered_keys`.
/// Thread: any.
class api_service final : public net::http_service {
 public:
  explicit api_service(net::core& c);
  void handle(const net::http_request& request, net::responder respond) override;

 private:
  /// One request that may be carried out.
  struct order {
    const net::http_request& r;
    const match& where;
    const auth::claims& by;
    net::responder respond;
  };

  /// The caller, if it may ask this; else `refused` is filled.
  [[nodiscard]] std::optional<auth::claims> admit(const net::http_request& r, const match& where,
                                                  net::http_response& refused);
  void carry_out(order o);
  void change(order o);
  void publish(order o, wire::map body, std::string key);
  void act(order o, wire::map body);
  void set_up(order o, wire::map body);
  void history(order o);
  void members(order o);
  void show(order o);
  void list(order o);
  /// Has the answer remembered, or gives the one of before; nothing when there is nothing left to do.
  [[nodiscard]] std::optional<net::responder> once(order& o, const std::string& key);

  template <class Answer, class Command, class Show>
  void ask(const room_id& room, Command command, net::responder respond, Show show);

  net::core& core_;
  answered_keys answered_;
  std::array<counter*, call_count> asked_;
  counter& limited_;
  counter& repeated_;
};

}  // namespace lightstick::gateway::api
