#include "gateway/auth/claims.hpp"

#include <algorithm>
#include <optional>

#include "actors/revocations/messages.hpp"
#include "runtime/base/names.hpp"

namespace lightstick::gateway::auth {
namespace {

using actors::role;
using std::chrono::milliseconds;

constexpr std::int64_t skew_ms = milliseconds(clock_skew).count();
/// Times are compared as milliseconds in a double, exact up to here (the year 287396); later ones count as this.
constexpr double time_ms_max = 9'007'199'254'740'991.0;

tl::unexpected<error> refuse(std::string why) {
  return fail(actors::errc::unauthenticated, "token: " + std::move(why));
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

/// The name of this token alone; empty when it has none.
result<std::string> jti_claim(const wire::map& payload) {
  const auto* v = wire::find(payload, "jti");
  if (v == nullptr) return std::string();
  const auto* text = v->as<std::string>();
  if (text == nullptr) return refuse("jti is not a string");
  if (text->size() > actors::revocations::jti_bytes_max) return refuse("jti is too long to be revoked");
  return *text;
}

/// Words in one string (RFC 8693), or, as some providers write them, in an array.
result<auth::scopes> scope_claim(const wire::map& payload) {
  auth::scopes out;
  const auto* v = wire::find(payload, "scope");
  if (v == nullptr) return out;
  if (const auto* text = v->as<std::string>()) {
    (void)add_scopes(*text, out);
    return out;
  }
  auto words = strings(*v, "scope");
  if (!words) return fail(std::move(words.error()));
  for (const auto& word : *words) (void)add_scopes(word, out);
  return out;
}

struct times {
  std::int64_t expires_ms;
  std::int64_t issued_ms;
};

/// `exp` and `iat`, when the token is valid now.
result<times> check_times(const wire::map& payload, wall_ms now) {
  auto expires = time_claim(payload, "exp");
  if (!expires) return fail(std::move(expires.error()));
  if (!*expires) return refuse("exp is missing");
  std::int64_t issued = 0;
  for (std::string_view key : {"nbf", "iat"}) {
    auto from = time_claim(payload, key);
    if (!from) return fail(std::move(from.error()));
    if (*from && **from > now.value + skew_ms) return refuse(std::string(key) + " is in the future");
    issued = std::max<std::int64_t>(from->value_or(0), 0);
  }
  if (now.value >= **expires + skew_ms) return fail(actors::errc::token_expired, "token: exp has passed");
  return times{**expires, issued};
}

}  // namespace

result<claims> read_claims(const wire::map& payload, const expectations& expected, wall_ms now) {
  if (!expected.audience.empty() && !says_audience(payload, expected.audience)) return refuse("aud is another");
  if (!expected.issuer.empty() && !says_issuer(payload, expected.issuer)) return refuse("iss is another");
  auto user = name_claim(payload, "sub");
  if (!user) return fail(std::move(user.error()));
  if (!*user) return refuse("sub is missing");
  auto name = name_claim(payload, "name");
  if (!name) return fail(std::move(name.error()));
  auto as = role_claim(payload);
  if (!as) return fail(std::move(as.error()));
  auto rooms = rooms_claim(payload);
  if (!rooms) return fail(std::move(rooms.error()));
  auto jti = jti_claim(payload);
  if (!jti) return fail(std::move(jti.error()));
  auto scopes = scope_claim(payload);
  if (!scopes) return fail(std::move(scopes.error()));
  auto valid = check_times(payload, now);
  if (!valid) return fail(std::move(valid.error()));
  claims c;
  c.name = name->value_or(**user);
  c.user = user_id(std::move(**user));
  c.as = *as;
  c.rooms = std::move(*rooms);
  c.expires_ms = valid->expires_ms;
  c.issued_ms = valid->issued_ms;
  c.jti = std::move(*jti);
  c.scopes = *scopes;
  return c;
}

}  // namespace lightstick::gateway::auth
