#include "tools/config/load.hpp"
#include "tools/config/option.hpp"

namespace lightstick::tools::config {
namespace {

/// Reports at the one of two options that was given, the later layer first.
std::string place_of_either(const effective& e, std::string_view first, std::string_view second) {
  auto rank = [&](std::string_view name) {
    auto found = e.origins.find(name);
    return found == e.origins.end() ? -1 : static_cast<int>(found->second.from);
  };
  return e.place_of(rank(second) > rank(first) ? second : first);
}

std::string value_of(const effective& e, std::string_view name) {
  const auto* o = find_option(name);
  auto texts = o == nullptr ? std::vector<std::string>{} : o->get(e.values);
  return std::string(name) + " (" + (texts.empty() ? std::string() : texts.front()) + ")";
}

/// Some chapters of a room's history, which go as a whole.
constexpr std::uint64_t retention_bytes_min = 1U << 20U;

class rules {
 public:
  explicit rules(const effective& e) : e_(e) {}

  void fits(std::string_view inner, std::string_view outer, bool holds, std::string_view why) {
    if (holds) return;
    out_.push_back(place_of_either(e_, inner, outer) + ": " + value_of(e_, inner) + " is too large for " +
                   value_of(e_, outer) + ": " + std::string(why));
  }
  void refuse(std::string_view name, bool holds, std::string_view what) {
    if (!holds) out_.push_back(e_.place_of(name) + ": " + std::string(what));
  }
  [[nodiscard]] problems take() { return std::move(out_); }

 private:
  const effective& e_;
  problems out_;
};

bool same_place(const gateway::endpoint& a, const gateway::endpoint& b) {
  if (a.port == 0 || a.port != b.port) return false;
  auto any = [](const gateway::endpoint& e) { return e.address == "0.0.0.0" || e.address == "::"; };
  return a.address == b.address || any(a) || any(b);
}

}  // namespace

problems impossible(const effective& e) {
  const auto& g = e.values.gateway;
  rules r(e);
  r.refuse(e.given("admin_listen") ? "admin_listen" : "listen", !same_place(g.listen, g.admin_listen),
           "listen and admin_listen are the same address and port; give one of them another port, or port 0");
  r.refuse("tls.certificate", g.tls.certificate.empty() || !g.tls.private_key.empty(), "needs tls.private_key as well");
  r.refuse("tls.private_key", g.tls.private_key.empty() || !g.tls.certificate.empty(), "needs tls.certificate as well");
  const auto& keys = e.values.keys;
  r.refuse("auth.jwks_ca", keys.ca_file.empty() || keys.from.starts_with("https://"),
           "has no effect without an auth.jwks that begins with https://");
  const auto& login = g.login;
  const bool provider = !login.issuer.empty();
  r.refuse("web.login_issuer", !provider || !keys.from.empty(), "needs auth.jwks: the provider's public keys");
  r.refuse("web.login_issuer", !provider || !login.client_id.empty(), "needs web.login_client");
  r.refuse("web.login_issuer", !provider || e.values.tokens.audience == login.client_id,
           "needs auth.audience to be web.login_client: an ID token names who it was made for");
  r.refuse("web.login_scope", !provider || (" " + login.scope + " ").find(" openid ") != std::string::npos,
           "has to hold `openid`");
  r.refuse("web.login_client", provider || login.client_id.empty(), "has no effect without web.login_issuer");
  const auto& hook = g.hook;
  const bool hooked = !hook.before.empty() || !hook.after.empty();
  r.refuse(hook.before.empty() ? "hooks.after" : "hooks.before", !hooked || !hook.secret_file.empty(),
           "needs hooks.secret_file: the calls are signed");
  r.fits("auth.jwks_interval", "auth.jwks_refresh", keys.times.interval <= keys.times.refresh,
         "the first is the shortest time between two looks, the second the longest");
  r.refuse("proxy.forwarding", g.forwarded == gateway::forwarding::none || !g.trusted.empty(),
           "needs proxy.trusted: the addresses of the balancers");
  r.refuse("proxy.trusted", g.forwarded != gateway::forwarding::none || g.trusted.empty(),
           "has no effect without proxy.forwarding");
  r.fits("limits.text_bytes", "limits.frame_bytes", g.frame.text_bytes < g.frame.frame_bytes,
         "no client could send such a text");
  r.fits("limits.data_bytes", "limits.frame_bytes", g.frame.data_bytes < g.frame.frame_bytes,
         "no client could send such data");
  r.fits("limits.answer_bytes", "limits.outbound_bytes", g.session.answer_bytes_max <= g.outbound_bytes_max,
         "one full answer would close the connection");
  r.fits("storage.append_bytes", "storage.queue_bytes",
         e.values.storage.append_bytes_max <= e.values.storage.queue_bytes_max, "such a commit could never be queued");
  const auto& room = e.values.room;
  r.refuse("room.retention_age", room.retention_age.count() == 0 || room.retention_age >= room.dedupe_window,
           "must be 0ms or at least room.dedupe_window");
  r.refuse("room.retention_bytes", room.retention_bytes == 0 || room.retention_bytes >= retention_bytes_min,
           "must be 0 or at least 1MiB");
  return r.take();
}

}  // namespace lightstick::tools::config
