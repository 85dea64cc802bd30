#pragma once

#include <string>
#include <vector>

#include "gateway/net/tracked.hpp"
#include "runtime/system.hpp"

/// The answers of the admin calls as JSON (the keys are in gateway/README.md). Pure.
namespace lightstick::gateway::admin {

[[nodiscard]] std::string actors_json(const std::vector<runtime::actor_info>& rows, std::size_t total);
[[nodiscard]] std::string report_json(const runtime::actor_report& report);
/// An actor that is not active here, as its stored state tells.
[[nodiscard]] std::string stored_json(const actor_id& id, const runtime::inspection& stored);
[[nodiscard]] std::string connections_json(const std::vector<net::connection_row>& rows, std::size_t total);

/// "room/lobby" with %XX decoded. Errors: invalid.
[[nodiscard]] result<actor_id> parse_actor(std::string_view text);

}  // namespace lightstick::gateway::admin
