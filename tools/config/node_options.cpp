#include "tools/config/checks.hpp"
#include "tools/config/option_makers.hpp"
#include "tools/config/tables.hpp"

namespace lightstick::tools::config {
namespace {

using namespace std::chrono_literals;

template <class At>
option listener(std::string name, std::string help, At at) {
  return make_option(
      std::move(name), form::text, "ADDRESS:PORT", "an address and a port as 127.0.0.1:8080 or [::1]:8080",
      std::move(help), at,
      [](const std::string& text) -> result<gateway::endpoint> {
        auto parsed = gateway::parse_endpoint(text);
        if (!parsed) return fail(errc::invalid);
        return parsed;
      },
      [](const gateway::endpoint& e) { return gateway::to_string(e); });
}

template <class At>
option file(std::string name, std::string help, At at) {
  return text_value(std::move(name), "FILE", "", std::move(help), at, any_text);
}

option name_of_node() {
  return make_option(
      "name", form::text, "NAME", "1 to 64 letters, digits, '-', '_' or '.'",
      "Name of this node, in the greeting to clients and in the log.", LS_AT(gateway.node),
      [](const std::string& text) -> result<node_id> {
        if (auto checked = node_name(text); !checked) return fail(std::move(checked.error()));
        return node_id{text};
      },
      [](const node_id& id) { return id.str(); });
}

}  // namespace

std::vector<option> node_options() {
  return {
      name_of_node(),
      required(text_value("data", "FOLDER", "the name of a folder",
                          "Folder of everything that is kept; made when missing. One node at a time uses it.",
                          LS_AT(data), not_empty)),
      listener("listen", "Where clients come: the page, log-in and WebSocket. Port 0 takes a free one.",
               LS_AT(gateway.listen)),
      listener("admin_listen",
               "Where operators come: metrics and admin calls. Port 0 takes a free one. Keep it away from fans.",
               LS_AT(gateway.admin_listen)),
      flag("guests", "Whoever chooses a name gets a guest's token. Without it only tokens made elsewhere let in.",
           LS_AT(gateway.guests)),

      required(text_value("auth.secret_file", "FILE", "the name of a file",
                          "File with the secret that signs and checks tokens (HS256): at least 32 bytes, readable by "
                          "this user only. Make one: (umask 077; openssl rand -hex 32 > FILE).",
                          LS_AT(secret_file), not_empty)),
      text_value(
          "auth.jwks", "FILE|URL", "the name of a file, or a URL that begins with https:// or http://",
          "JSON Web Key Set with public keys whose tokens (RS256, ES256, EdDSA) let in beside the secret's; empty = "
          "none. Read again when the file changes, or when a token names a key that is not known yet. Name "
          "auth.audience too, or tokens that the provider made for others let in here.",
          LS_AT(keys.from), key_location),
      file("auth.jwks_ca",
           "PEM file with who may vouch for the host of an https auth.jwks; empty = whom this system trusts.",
           LS_AT(keys.ca_file)),
      duration(
          "auth.jwks_interval",
          "The shortest time between two looks at the URL. A token whose key is not known is answered 131 with the "
          "time until the next one.",
          LS_AT(keys.times.interval), 1s, 1h),
      duration("auth.jwks_refresh",
               "The longest time between two looks at the URL; its Cache-Control may ask for less, down to "
               "auth.jwks_interval.",
               LS_AT(keys.times.refresh), 1s, 24h),
      text_value("auth.audience", "TEXT", "", "What a token's `aud` has to name; empty = not checked.",
                 LS_AT(tokens.audience), any_text),
      text_value("auth.issuer", "TEXT", "", "What a token's `iss` has to be; empty = not checked.",
                 LS_AT(tokens.issuer), any_text),
      duration("auth.guest_ttl", "How long a guest's token is valid.", LS_AT(gateway.guest_ttl), 1min, 24h * 30),

      file("tls.certificate", "PEM file with the chain of certificates; empty = no TLS. Needs tls.private_key.",
           LS_AT(gateway.tls.certificate)),
      file("tls.private_key", "PEM file with the key of the certificate. Needs tls.certificate.",
           LS_AT(gateway.tls.private_key)),

      list("web.rooms", "ROOM", "names of 1 to 128 bytes without control characters or '/'",
           "Rooms that exist, and that the page lists, from the start.", LS_AT(gateway.rooms), 100, room_name),
      text_value(
          "web.login_issuer", "URL", "empty, or a URL that begins with https:// or http://",
          "OpenID Connect provider at which the page lets people log in, as it names itself (`iss`); empty = none. Its "
          "ID tokens let in: needs auth.jwks (its keys) and auth.audience (web.login_client).",
          LS_AT(gateway.login.issuer), issuer_url),
      text_value(
          "web.login_client", "TEXT", "1 to 256 printable characters, or empty",
          "The id that the provider knows the page by: a public client with PKCE, whose redirect URI is the page's "
          "address.",
          LS_AT(gateway.login.client_id), printable),
      text_value("web.login_scope", "TEXT", "1 to 256 printable characters, or empty",
                 "What the page asks the provider for, `openid` among it.", LS_AT(gateway.login.scope), printable),
      list(
          "web.login_origins", "ORIGIN", "origins as https://login.example",
          "Where the provider lives beside the issuer's host, such as its token endpoint: the page may call these too.",
          LS_AT(gateway.login.origins), 10, web_origin),
      list("web.origins", "ORIGIN", "origins as https://fans.example",
           "Other sites whose pages may open a WebSocket here; empty = pages of this host only.",
           LS_AT(gateway.origins), 100, web_origin),

      choice<>("proxy.forwarding",
               "How a balancer in front tells a client's address: the PROXY protocol (v1 or v2), or the "
               "Forwarded or X-Forwarded-For header. Name the one that it writes; the other is not read. "
               "Needs proxy.trusted.",
               LS_AT(gateway.forwarded),
               std::vector<std::pair<std::string, gateway::forwarding>>{
                   {"none", gateway::forwarding::none},
                   {"proxy_protocol", gateway::forwarding::proxy_protocol},
                   {"forwarded", gateway::forwarding::forwarded},
                   {"x_forwarded_for", gateway::forwarding::x_forwarded_for}}),
      list("proxy.trusted", "NETWORK", "addresses or networks as 10.0.0.7 or 10.0.0.0/8",
           "Balancers: only these peers are believed. With proxy_protocol all others are turned away.",
           LS_AT(gateway.trusted), 100, network),
  };
}

}  // namespace lightstick::tools::config
