#include "gateway/net/public_service.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "gateway/web_assets.hpp"
#include "gateway/wire/json.hpp"
#include "runtime/base/names.hpp"
#include "runtime/base/random.hpp"

namespace lightstick::gateway::net {
namespace {

constexpr std::chrono::seconds rooms_fresh{1};
constexpr wire::bounds guest_bounds{4'096, 4, 32};

bool reads(const http_request& r) { return r.method == "GET" || r.method == "HEAD"; }

/// "https://login.example" of "https://login.example/realms/fans".
std::string origin_of(const std::string& url) {
  const auto host = url.find("://") + 3;
  return url.substr(0, url.find('/', host));
}

/// The page runs and loads what is ours; it asks nobody but this node and the provider that people log in at.
std::string policy_for(const login_provider& login) {
  std::string out = "default-src 'self'; connect-src 'self'";
  if (!login.issuer.empty()) out += " " + origin_of(login.issuer);
  for (const auto& each : login.origins) out += " " + each;
  return out + "; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";
}

std::string ways_in_json(const options& o) {
  std::string body;
  wire::json_writer w(body);
  w.begin_map(2);
  w.key("guests");
  w.boolean(o.guests);
  if (!o.login.issuer.empty()) {
    w.key("provider");
    w.begin_map(3);
    const std::array<std::pair<std::string_view, const std::string*>, 3> facts{
        {{"issuer", &o.login.issuer}, {"client_id", &o.login.client_id}, {"scope", &o.login.scope}}};
    for (const auto& [key, value] : facts) {
      w.key(key);
      w.string(*value);
    }
    w.end_map();
  }
  w.end_map();
  return body;
}

/// The name in `{"name":"Mina"}`.
result<std::string> guest_name(std::string_view body) {
  auto json = wire::read_json(body, guest_bounds);
  if (!json) return fail(errc::invalid, "the body is not JSON");
  const auto* fields = json->as<wire::map>();
  const auto* name = fields == nullptr ? nullptr : wire::find(*fields, "name");
  const auto* text = name == nullptr ? nullptr : name->as<std::string>();
  if (text == nullptr) return fail(errc::invalid, "the body has no \"name\"");
  if (auto checked = check_name(*text, "name"); !checked) return fail(std::move(checked.error()));
  return *text;
}

}  // namespace

http_response health_response() { return json_response(R"({"status":"ok"})"); }

http_response readiness_response(const core& c) {
  const bool draining = c.draining.load(std::memory_order_relaxed);
  const auto why = draining || c.info == nullptr ? std::nullopt : c.info->unready();
  if (!draining && !why) return json_response(R"({"status":"ready"})");
  std::string body;
  wire::json_writer w(body);
  w.begin_map(2);
  w.key("status");
  w.string(draining ? "draining" : "stuck");
  if (why) {
    w.key("why");
    w.string(*why);
  }
  w.end_map();
  auto out = json_response(std::move(body));
  out.status = 503;
  return out;
}

public_service::public_service(core& c)
    : core_(c), api_(c), page_policy_(policy_for(c.opts.login)), ways_in_(ways_in_json(c.opts)) {}

http_response token_response(const error& why, std::string_view advice) {
  if (why.is_transient()) {
    return error_response(503, actors::errc::unavailable, "the token cannot be checked yet", why.retry_after);
  }
  const bool expired = why.code == make_error_code(actors::errc::token_expired);
  auto out = error_response(401, expired ? actors::errc::token_expired : actors::errc::unauthenticated,
                            expired ? "token expired" : advice);
  out.headers.emplace_back("WWW-Authenticate", "Bearer");
  return out;
}

void public_service::handle(const http_request& request, responder respond) {
  if (request.path.starts_with(api::root)) return api_.handle(request, std::move(respond));
  respond(answer(request));
}

http_response public_service::answer(const http_request& r) {
  if (r.path == "/v1/guest") return r.method == "POST" ? guest(r) : wrong_method_response("POST");
  const bool known = r.path == "/v1/rooms" || r.path == "/v1/login" || r.path == "/healthz" || r.path == "/readyz" ||
                     r.path == "/v1/ws" || find_web_asset(r.path) != nullptr;
  if (!known) return not_found_response();
  if (!reads(r)) return wrong_method_response("GET, HEAD");
  if (r.path == "/v1/rooms") return rooms(r);
  if (r.path == "/v1/login") return json_response(ways_in_);
  if (r.path == "/healthz") return health_response();
  if (r.path == "/readyz") return readiness_response(core_);
  if (r.path == "/v1/ws") {
    auto out = error_response(426, actors::errc::bad_request, "this is a WebSocket: upgrade");
    out.headers.emplace_back("Upgrade", "websocket");
    return out;
  }
  return asset(r);
}

http_response public_service::asset(const http_request& r) const {
  const auto* found = find_web_asset(r.path);
  http_response out;
  out.headers.emplace_back("ETag", found->etag);
  // Names do not change with the bytes: ask each time whether they are still the same, which costs no body.
  out.headers.emplace_back("Cache-Control", "no-cache");
  out.headers.emplace_back("Content-Security-Policy", page_policy_);
  if (r.if_none_match.find(found->etag) != std::string_view::npos) {
    out.status = 304;
    return out;
  }
  out.content_type = found->content_type;
  out.static_body = found->body;
  return out;
}

http_response public_service::guest(const http_request& r) {
  if (!core_.opts.guests) {
    return error_response(403, actors::errc::forbidden, "guests are not allowed here; log in with a token");
  }
  const auto wait = core_.guest_rates.take(r.client, core_.clock.now(), r.client_known);
  if (wait.count() > 0) {
    core_.counts.guests_limited.add();
    return error_response(429, actors::errc::rate_limited, "too many guests from this address", wait);
  }
  auto name = guest_name(r.body);
  if (!name) return error_response(400, actors::errc::bad_request, name.error().detail);

  const auto now = core_.clock.wall();
  auth::claims claims;
  claims.user = user_id{"g-" + random_hex(secure_random(), 12)};
  claims.name = std::move(*name);
  claims.jti = random_hex(secure_random(), 16);
  claims.expires_ms = now.value + std::chrono::milliseconds(core_.opts.guest_ttl).count();
  const auto token = core_.tokens->sign(claims, now);
  core_.counts.guests.add();

  std::string body;
  wire::json_writer w(body);
  w.begin_map(2);
  w.key("token");
  w.string(token);
  w.key("user");
  w.string(claims.user.str());
  w.end_map();
  return json_response(std::move(body));
}

http_response public_service::rooms(const http_request& r) {
  auto claims = core_.tokens->verify(r.bearer, core_.clock.wall());
  if (!claims) return token_response(claims.error(), "send a token: Authorization: Bearer ...");
  const auto& allowed = claims->rooms;
  const auto all = current_rooms();
  std::string body;
  wire::json_writer w(body);
  w.begin_map(1);
  w.key("rooms");
  w.begin_array(0);
  std::size_t listed = 0;
  for (const auto& row : all->rows) {
    if (listed >= rooms_listed_max) break;
    if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), row.room.str()) == allowed.end()) continue;
    ++listed;
    w.begin_map(2);
    w.key("room");
    w.string(row.room.str());
    w.key("members");
    w.number(row.members);
    w.end_map();
  }
  w.end_array();
  w.end_map();
  return json_response(std::move(body));
}

std::shared_ptr<const public_service::room_rows> public_service::current_rooms() {
  const auto now = core_.clock.now();
  std::lock_guard lock(rooms_mutex_);
  if (rooms_ && now - rooms_->made < rooms_fresh) return rooms_;
  auto made = std::make_shared<room_rows>();
  made->made = now;
  made->rows = core_.rooms.list();
  std::unordered_set<room_id> active;
  for (const auto& row : made->rows) active.insert(row.room);
  for (const auto& name : core_.opts.rooms) {
    if (!active.contains(room_id{name})) made->rows.push_back({room_id{name}, 0});
  }
  std::sort(made->rows.begin(), made->rows.end(), [](const relays::row& a, const relays::row& b) {
    return a.members != b.members ? a.members > b.members : a.room < b.room;
  });
  rooms_ = std::move(made);
  return rooms_;
}

}  // namespace lightstick::gateway::net
