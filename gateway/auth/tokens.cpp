#include "gateway/auth/tokens.hpp"

#include <openssl/crypto.h>

#include <optional>

#include "gateway/auth/base64url.hpp"
#include "gateway/auth/hs256.hpp"
#include "gateway/wire/json.hpp"

namespace lightstick::gateway::auth {
namespace {

constexpr std::chrono::milliseconds not_known_retry{1'000};
constexpr wire::bounds part_bounds{.bytes = token_bytes_max, .depth = 8, .items = 512};

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

struct key_name {
  algorithm alg;
  std::string kid;  ///< empty: none is named
};

/// Which key a token says that it was signed with. Nothing else in a header is obeyed: no key in it, no address of one.
result<key_name> read_header(const wire::map& header) {
  const auto* alg = wire::find(header, "alg");
  const auto* name = alg == nullptr ? nullptr : alg->as<std::string>();
  const auto known = name == nullptr ? std::nullopt : parse_algorithm(*name);
  if (!known) return refuse("alg is none of HS256, RS256, ES256, EdDSA");
  if (wire::find(header, "crit") != nullptr) return refuse("crit asks for an extension");
  const auto* kid = wire::find(header, "kid");
  if (kid == nullptr) return key_name{*known, {}};
  const auto* text = kid->as<std::string>();
  if (text == nullptr) return refuse("kid is not a string");
  return key_name{*known, *text};
}

class authority final : public token_authority {
 public:
  authority(std::string secret, expectations e, std::shared_ptr<const key_ring> keys)
      : secret_(std::move(secret)), expected_(std::move(e)), keys_(std::move(keys)) {}
  ~authority() override { OPENSSL_cleanse(secret_.data(), secret_.size()); }
  authority(const authority&) = delete;
  authority& operator=(const authority&) = delete;

  result<claims> verify(std::string_view token, wall_ms now) const override {
    if (token.size() > token_bytes_max) return refuse("longer than " + std::to_string(token_bytes_max) + " bytes");
    auto p = split(token);
    if (!p) return refuse("not of three parts");
    auto header = read_part(p->header, "header");
    if (!header) return fail(std::move(header.error()));
    auto by = read_header(*header);
    if (!by) return fail(std::move(by.error()));
    auto signature = from_base64url(p->signature);
    if (!signature) return refuse("bad signature");
    if (auto checked = check_signature(*by, p->signed_text, *signature); !checked) {
      return fail(std::move(checked.error()));
    }
    auto payload = read_part(p->payload, "payload");
    if (!payload) return fail(std::move(payload.error()));
    auto c = read_claims(*payload, expected_, now);
    if (!c) return c;
    if (!revoked_.known() && c->as != actors::role::admin) {
      return fail(error{make_error_code(actors::errc::unavailable), "token: what is revoked is not known yet",
                        not_known_retry});
    }
    if (revoked_.refuses(c->named(), now)) return refuse("revoked");
    return c;
  }

  revocation_list& revoked() const noexcept override { return revoked_; }

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
    if (!c.scopes.empty()) text("scope", to_string(c.scopes));
    if (!c.jti.empty()) text("jti", c.jti);
    seconds("iat", now.value);
    seconds("exp", c.expires_ms);
    if (!expected_.audience.empty()) text("aud", expected_.audience);
    if (!expected_.issuer.empty()) text("iss", expected_.issuer);
    w.end_map();
    auto token = base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + base64url(payload);
    return token + "." + base64url(hs256(secret_, token));
  }

 private:
  [[nodiscard]] result<void> check_signature(const key_name& by, std::string_view text,
                                             std::string_view signature) const {
    if (by.alg == algorithm::hs256) {
      if (!same_bytes(signature, hs256(secret_, text))) return refuse("bad signature");
      return {};
    }
    if (!keys_) return refuse("alg is not HS256, and this node has no public keys");
    const auto keys = keys_->keys();
    const auto* key = keys->find(by.kid, by.alg);
    if (key == nullptr) {
      if (const auto wait = keys_->renew(by.kid)) {
        return fail(error{make_error_code(actors::errc::unavailable), "token: its key is being fetched", *wait});
      }
      return refuse(by.kid.empty() ? "no kid, and not one key of its alg" : "its kid and alg fit no key");
    }
    if (!key->verifies(text, signature)) return refuse("bad signature");
    return {};
  }

  std::string secret_;
  expectations expected_;
  std::shared_ptr<const key_ring> keys_;
  mutable revocation_list revoked_;
};

}  // namespace

result<std::shared_ptr<const token_authority>> token_authority::make(std::string secret, expectations e,
                                                                     std::shared_ptr<const key_ring> keys) {
  if (secret.size() < secret_bytes_min) {
    return fail(errc::invalid, "a token secret of " + std::to_string(secret.size()) + " bytes, fewer than " +
                                   std::to_string(secret_bytes_min));
  }
  return std::make_shared<const authority>(std::move(secret), std::move(e), std::move(keys));
}

}  // namespace lightstick::gateway::auth
