#pragma once

#include <string>
#include <unordered_map>

#include "actors/room/messages.hpp"
#include "gateway/gateway.hpp"
#include "gateway/net/http_message.hpp"

/// What the HTTP API answers. Pure.
namespace lightstick::gateway::api {

/// The protocol's error as an HTTP answer: the status that fits its code, and Retry-After when it says when.
[[nodiscard]] net::http_response refusal(const error& why);
/// The same with a status of one's own.
[[nodiscard]] net::http_response refusal(unsigned status, const error& why);

[[nodiscard]] std::string json_of(const actors::room::view& v);
[[nodiscard]] std::string json_of(const actors::room::published& p);
[[nodiscard]] std::string json_of(const room_id& room, actors::room::page page);
[[nodiscard]] std::string json_of(const room_id& room, actors::room::members members);
[[nodiscard]] std::string json_of(const room_id& room, const actors::room::moderated& done);
/// `members`: of rooms with somebody here.
[[nodiscard]] std::string json_of(const room_names& page, const std::unordered_map<room_id, std::uint32_t>& members);

/// The cursor of a page of rooms, as it stands in an address.
[[nodiscard]] std::string written(const std::string& cursor);
/// Errors: bad_request.
[[nodiscard]] result<std::string> read_cursor(std::string_view text);

}  // namespace lightstick::gateway::api
