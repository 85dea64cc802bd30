#pragma once

// Included by the parts of connection (connection*.cpp) only.

#include <vector>

#include "actors/session/session_actor.hpp"
#include "gateway/net/connection.hpp"

namespace lightstick::gateway::net {

/// Who is connected, and what is under way for it.
struct connection::member {
  auth::token_name token;  ///< the newest
  actors::role as = actors::role::fan;
  device_id device;
  actor_id session;
  std::shared_ptr<session_port> port;
  struct join {
    actors::session::request_id id;
    room_id room;
    bool of_auth;
  };
  std::vector<join> joins;
  std::vector<actors::session::request_id> pages;  ///< unanswered requests whose answers may be long
};

}  // namespace lightstick::gateway::net
