#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gateway/auth/scope.hpp"
#include "runtime/base/ids.hpp"
#include "runtime/base/result.hpp"

/// What the HTTP API for other services has (docs/http-api.md, gateway/web/v1/openapi.json). Pure.
namespace lightstick::gateway::api {

inline constexpr std::string_view root = "/v1/api/";

enum class call : std::uint8_t { list_rooms, show_room, set_room, change_room, history, publish, members, act };
inline constexpr std::size_t call_count = 8;
[[nodiscard]] std::string_view to_string(call c) noexcept;

struct route {
  std::string_view method;
  std::string_view path;  ///< as the OpenAPI document has it: "/v1/api/rooms/{room}"
  call what;
  auth::scope needs;
  bool changes = false;
};
[[nodiscard]] std::span<const route> routes() noexcept;

struct match {
  const route* to = nullptr;  ///< null: nobody takes that method
  room_id room;
  std::string allow;  ///< the methods of the path
};
/// HEAD goes where GET does. Errors: not_found (no such path), invalid (the path's room is no valid name).
[[nodiscard]] result<match> find_route(std::string_view method, std::string_view path);

}  // namespace lightstick::gateway::api
