#include "gateway/auth/tokens.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <optional>

#include "gateway/auth/base64url.hpp"
#include "gateway/auth/hs256.hpp"
#include "gateway/wire/json.hpp"
#include "runtime/base/names.hpp"

namespace lightstick::gateway::auth {
namespace {

using actors::role;
using std::chrono::milliseconds;

constexpr wire::bounds part_bounds{.bytes = token_bytes_max, .depth = 8, .items = 512};
constexpr std::int64_t skew_ms = milliseconds(clock_skew).count();
/// Times are compared as milliseconds in a double, exact up to here (the year 287396); later ones count as this.
constexpr double time_ms_max = 9'007'199'254'740'991.0;

tl::unexpected<error> refuse(std::string why) {
  return fail(actors::errc::unauthenticated, "token: " + std::move(why));
}

struct parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signed_text;  ///< header.payload
};

std::optional<parts> split(std::string_view token) {
  auto first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  auto second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  // A third dot is no base64url digit, so the signature refuses it.
  return parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1),
               token.substr(0, second)};
}

/// The JSON object that is encoded in one part.
result<wire::map> read_part(std::string_view text, std::string_view which) {
  auto bytes = from_base64url(text);
  if (!bytes) return refuse(std::string(which) + " is not base64url");
  auto v = wire::read_json(*bytes, part_bounds);
  if (!v) return refuse(std::string(which) + " is no JSON object");
  auto* m = v->as<wire::map>();
  if (m == nullptr) return refuse(std::string(which) + " is no JSON object");
  return std::move(*m);
}

result<void> check_header(const wire::map& header) {
  const auto* alg = wire::find(header, "alg");
  const auto* name = alg == nullptr ? nullptr : alg->as<std::string>();
  if (name == nullptr || *name != "HS256") return refuse("alg is not HS256");
  if (wire::find(header, "crit") != nullptr) return refuse("crit asks for an extension");
  return {};
}

// ---- claims: an absent one is nothing, a wrong one is refused ----

using optional_string = std::optional<std::string>;

result<optional_string> name_claim(const wire::map& payload, std::string_view key) {
  const auto* v = wire::find(payload, key);
  if (v == nullptr) return optional_string();
  const auto* text = v->as<std::string>();
  if (text == nullptr) return refuse(std::string(key) + " is not a string");
  if (auto checked = check_name(*text, key); !checked) return refuse(std::move(checked.error().detail));
  return optional_string(*text);
}

/// A NumericDate as milliseconds, a fraction of one cut off.
result<std::optional<std::int64_t>> time_claim(const wire::map& payload, std::string_view key) {
  using found = std::optional<std::int64_t>;
  const auto* v = wire::find(payload, key);
  if (v == nullptr) return found();
  double seconds = 0;
  if (const auto* n = v->as<std::uint64_t>()) {
    seconds = static_cast<double>(*n);
  } else if (const auto* negative = v->as<std::int64_t>()) {
    seconds = static_cast<double>(*negative);
  } else if (const auto* d = v->as<double>()) {
    seconds = *d;
  } else {
    return refuse(std::string(key) + " is not a number");
  }
  return found(static_cast<std::int64_t>(std::clamp(seconds * 1000, -time_ms_max, time_ms_max)));
}

/// The strings of an array. REQUIRES: `v` is the claim `key`.
result<std::vector<std::string>> strings(const wire::value& v, std::string_view key) {
  const auto* elements = v.as<wire::array>();
  if (elements == nullptr) return refuse(std::string(key) + " is not an array");
  std::vector<std::string> all;
  all.reserve(elements->size());
  for (const auto& element : *elements) {
    const auto* text = element.as<std::string>();
    if (text == nullptr) return refuse(std::string(key) + " holds what is not a string");
    all.push_back(*text);
  }
  return all;
}

/// The highest role known here; others belong to other services.
result<role> role_claim(const wire::map& payload) {
  auto highest = role::fan;
  const auto* v = wire::find(payload, "roles");
  if (v == nullptr) return highest;
  auto names = strings(*v, "roles");
  if (!names) return fail(std::move(names.error()));
  for (const auto& name : *names) {
    if (auto known = actors::parse_role(name)) highest = std::max(highest, *known);
  }
  return highest;
}

/// Empty means all rooms, so an empty array, which says none, is refused instead of turned into its opposite.
result<std::vector<std::string>> rooms_claim(const wire::map& payload) {
  const auto* v = wire::find(payload, "rooms");
  if (v == nullptr) return std::vector<std::string>();
  auto names = strings(*v, "rooms");
  if (!names) return names;
  if (names->empty()) return refuse("rooms is empty");
  for (const auto& name : *names) {
    if (auto checked = check_name(name, "room name in rooms"); !checked)
      return refuse(std::move(checked.error().detail));
  }
  return names;
}

/// `aud` is one string or an array of them.
bool says_audience(const wire::map& payload, const std::string& wanted) {
  const auto* v = wire::find(payload, "aud");
  if (v == nullptr) return false;
  if (const auto* one = v->as<std::string>()) return *one == wanted;
  auto many = strings(*v, "aud");
  return many && std::find(many->begin(), many->end(), wanted) != many->end();
}

bool says_issuer(const wire::map& payload, const std::string& wanted) {
  const auto* v = wire::find(payload, "iss");
  const auto* text = v == nullptr ? nullptr : v->as<std::string>();
  return text != nullptr && *text == wanted;
}

/// `exp`, when the token is valid now.
result<std::int64_t> check_times(const wire::map& payload, wall_ms now) {
  auto expires = time_claim(payload, "exp");
  if (!expires) return fail(std::move(expires.error()));
  if (!*expires) return refuse("exp is missing");
  for (std::string_view key : {"nbf", "iat"}) {
    auto from = time_claim(payload, key);
    if (!from) return fail(std::move(from.error()));
    if (*from && **from > now.value + skew_ms) return refuse(std::string(key) + " is in the future");
  }
  if (now.value >= **expires + skew_ms) return fail(actors::errc::token_expired, "token: exp has passed");
  return **expires;
}

result<claims> read_claims(const wire::map& payload, wall_ms now) {
  auto user = name_claim(payload, "sub");
  if (!user) return fail(std::move(user.error()));
  if (!*user) return refuse("sub is missing");
  auto name = name_claim(payload, "name");
  if (!name) return fail(std::move(name.error()));
  auto as = role_claim(payload);
  if (!as) return fail(std::move(as.error()));
  auto rooms = rooms_claim(payload);
  if (!rooms) return fail(std::move(rooms.error()));
  auto expires_ms = check_times(payload, now);
  if (!expires_ms) return fail(std::move(expires_ms.error()));
  claims c;
  c.name = name->value_or(**user);
  c.user = user_id(std::move(**user));
  c.as = *as;
  c.rooms = std::move(*rooms);
  c.expires_ms = *expires_ms;
  return c;
}

class hs256_authority final : public token_authority {
 public:
  hs256_authority(std::string secret, expectations e) : secret_(std::move(secret)), expected_(std::move(e)) {}
  ~hs256_authority() override { OPENSSL_cleanse(secret_.data(), secret_.size()); }
  hs256_authority(const hs256_authority&) = delete;
  hs256_authority& operator=(const hs256_authority&) = delete;

  result<claims> verify(std::string_view token, wall_ms now) const override {
    if (token.size() > token_bytes_max) return refuse("longer than " + std::to_string(token_bytes_max) + " bytes");
    auto p = split(token);
    if (!p) return refuse("not of three parts");
    auto header = read_part(p->header, "header");
    if (!header) return fail(std::move(header.error()));
    if (auto checked = check_header(*header); !checked) return fail(std::move(checked.error()));
    auto signature = from_base64url(p->signature);
    if (!signature || !same_bytes(*signature, hs256(secret_, p->signed_text))) return refuse("bad signature");
    auto payload = read_part(p->payload, "payload");
    if (!payload) return fail(std::move(payload.error()));
    if (!expected_.audience.empty() && !says_audience(*payload, expected_.audience)) return refuse("aud is another");
    if (!expected_.issuer.empty() && !says_issuer(*payload, expected_.issuer)) return refuse("iss is another");
    return read_claims(*payload, now);
  }

  std::string sign(const claims& c, wall_ms now) const override {
    std::string payload;
    wire::json_writer w(payload);
    w.begin_map(0);
    auto text = [&w](std::string_view key, std::string_view v) {
      w.key(key);
      w.string(v);
    };
    auto seconds = [&w](std::string_view key, std::int64_t ms) {
      w.key(key);
      w.number(ms / 1000);
    };
    text("sub", c.user.str());
    if (!c.name.empty() && c.name != c.user.str()) text("name", c.name);
    w.key("roles");
    w.begin_array(1);
    w.string(to_string(c.as));
    w.end_array();
    if (!c.rooms.empty()) {
      w.key("rooms");
      w.begin_array(c.rooms.size());
      for (const auto& room : c.rooms) {
        w.string(room);
      }
      w.end_array();
    }
    seconds("iat", now.value);
    seconds("exp", c.expires_ms);
    if (!expected_.audience.empty()) text("aud", expected_.audience);
    if (!expected_.issuer.empty()) text("iss", expected_.issuer);
    w.end_map();
    auto token = base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + base64url(payload);
    return token + "." + base64url(hs256(secret_, token));
  }

 private:
  std::string secret_;
  expectations expected_;
};

}  // namespace

result<std::shared_ptr<const token_authority>> token_authority::make(std::string secret, expectations e) {
  if (secret.size() < secret_bytes_min) {
    return fail(errc::invalid, "a token secret of " + std::to_string(secret.size()) + " bytes, fewer than " +
                                   std::to_string(secret_bytes_min));
  }
  return std::make_shared<const hs256_authority>(std::move(secret), std::move(e));
}

}  // namespace lightstick::gateway::auth
