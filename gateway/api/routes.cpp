#include "gateway/api/routes.hpp"

#include <array>

#include "gateway/net/http_message.hpp"
#include "runtime/base/names.hpp"

namespace lightstick::gateway::api {
namespace {

using auth::scope;

constexpr std::string_view any_room = "{room}";
constexpr std::array<route, call_count> all{{
    {"GET", "/v1/api/rooms", call::list_rooms, scope::rooms_read},
    {"GET", "/v1/api/rooms/{room}", call::show_room, scope::rooms_read},
    {"PUT", "/v1/api/rooms/{room}", call::set_room, scope::rooms_write, true},
    {"PATCH", "/v1/api/rooms/{room}", call::change_room, scope::rooms_write, true},
    {"GET", "/v1/api/rooms/{room}/messages", call::history, scope::rooms_read},
    {"POST", "/v1/api/rooms/{room}/messages", call::publish, scope::publish, true},
    {"GET", "/v1/api/rooms/{room}/members", call::members, scope::rooms_read},
    {"POST", "/v1/api/rooms/{room}/acts", call::act, scope::moderate, true},
}};

/// What stands in the place of the room; nothing when the path is another.
std::optional<std::string_view> room_in(std::string_view path, std::string_view pattern) {
  const auto at = pattern.find(any_room);
  if (at == std::string_view::npos) return path == pattern ? std::optional(std::string_view{}) : std::nullopt;
  const auto before = pattern.substr(0, at);
  const auto after = pattern.substr(at + any_room.size());
  if (path.size() < before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after)) {
    return std::nullopt;
  }
  const auto room = path.substr(before.size(), path.size() - before.size() - after.size());
  return room.find('/') == std::string_view::npos ? std::optional(room) : std::nullopt;
}

}  // namespace

std::string_view to_string(call c) noexcept {
  constexpr std::array<std::string_view, call_count> names{"list_rooms", "show_room", "set_room", "change_room",
                                                           "history",    "publish",   "members",  "act"};
  return names.at(static_cast<std::size_t>(c));
}

std::span<const route> routes() noexcept { return all; }

result<match> find_route(std::string_view method, std::string_view path) {
  if (method == "HEAD") method = "GET";
  match found;
  std::optional<std::string_view> room;
  for (const auto& each : all) {
    const auto named = room_in(path, each.path);
    if (!named) continue;
    room = named;
    found.allow.append(found.allow.empty() ? "" : ", ").append(each.method);
    if (each.method == "GET") found.allow += ", HEAD";
    if (each.method == method) found.to = &each;
  }
  if (!room) return fail(errc::not_found, "no such page");
  if (room->data() == nullptr) return found;
  auto name = net::percent_decoded(*room);
  if (!name) return fail(std::move(name.error()));
  if (auto checked = check_name(*name, "room name"); !checked) return fail(std::move(checked.error()));
  found.room = room_id{std::move(*name)};
  return found;
}

}  // namespace lightstick::gateway::api
