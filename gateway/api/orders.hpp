#pragma once

#include <string>
#include <variant>

#include "actors/room/messages.hpp"
#include "gateway/auth/claims.hpp"
#include "gateway/net/http_message.hpp"
#include "gateway/protocol/frames.hpp"

/// What a service asks by HTTP, as commands of a room. Pure. Errors: actors::errc::bad_request, naming the field; forbidden.
namespace lightstick::gateway::api {

using act_order = std::variant<actors::room::moderate, actors::room::set_filter>;

/// `{"text", "data"?, "reply_to"?, "vt"?, "name"?, "role"?}`; by default the token's name and role. `cid`: see idempotency.hpp.
[[nodiscard]] result<actors::room::post> read_post(const room_id& room, wire::map body, const auth::claims& by,
                                                   std::string cid, const protocol::limits& l);
/// The fields of the protocol's `mod`. A service with the scope counts as a moderator at least.
[[nodiscard]] result<act_order> read_act(const room_id& room, wire::map body, const auth::claims& by,
                                         const protocol::limits& l);
/// `whole`: what is left out is as for all rooms; otherwise it stays as it is. Null is as for all rooms in either case.
[[nodiscard]] result<actors::room::configure> read_settings(wire::map body, const auth::claims& by, bool whole);
/// `?before=&after=&limit=`
[[nodiscard]] result<actors::room::history> read_history(const room_id& room, const net::http_request& r,
                                                         const protocol::limits& l);
/// `?after=&limit=`
[[nodiscard]] result<actors::room::presence> read_members(const room_id& room, const net::http_request& r,
                                                          const protocol::limits& l);

}  // namespace lightstick::gateway::api
