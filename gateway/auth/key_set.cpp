#include "gateway/auth/key_set.hpp"

#include <algorithm>

#include "gateway/auth/base64url.hpp"
#include "gateway/wire/json.hpp"

namespace lightstick::gateway::auth {
namespace {

constexpr wire::bounds json_bounds{.bytes = key_set::bytes_max, .depth = 8, .items = 4'096};

/// Null when there is none, or it is no text.
const std::string* text_of(const wire::map& jwk, std::string_view name) {
  const auto* v = wire::find(jwk, name);
  return v == nullptr ? nullptr : v->as<std::string>();
}

bool says(const wire::map& jwk, std::string_view name, std::string_view wanted) {
  const auto* text = text_of(jwk, name);
  return text != nullptr && *text == wanted;
}

/// A number or point of a key; empty when it is absent or no base64url.
std::string bytes_of(const wire::map& jwk, std::string_view name) {
  const auto* text = text_of(jwk, name);
  return text == nullptr ? std::string() : from_base64url(*text).value_or(std::string());
}

/// The algorithm that a key of this type has here.
std::optional<algorithm> kind_of(const wire::map& jwk) {
  if (says(jwk, "kty", "RSA")) return algorithm::rs256;
  if (says(jwk, "kty", "EC") && says(jwk, "crv", "P-256")) return algorithm::es256;
  if (says(jwk, "kty", "OKP") && says(jwk, "crv", "Ed25519")) return algorithm::eddsa;
  return std::nullopt;
}

/// False for a key that encrypts, or that its owner uses to sign only.
bool verifies(const wire::map& jwk) {
  if (wire::find(jwk, "use") != nullptr && !says(jwk, "use", "sig")) return false;
  const auto* v = wire::find(jwk, "key_ops");
  const auto* uses = v == nullptr ? nullptr : v->as<wire::array>();
  return v == nullptr || (uses != nullptr && std::any_of(uses->begin(), uses->end(), [](const wire::value& each) {
                            const auto* text = each.as<std::string>();
                            return text != nullptr && *text == "verify";
                          }));
}

result<public_key> key_of(const wire::map& jwk, algorithm alg) {
  switch (alg) {
    case algorithm::rs256: return public_key::rsa(bytes_of(jwk, "n"), bytes_of(jwk, "e"));
    case algorithm::es256: return public_key::p256(bytes_of(jwk, "x"), bytes_of(jwk, "y"));
    default: return public_key::ed25519(bytes_of(jwk, "x"));
  }
}

tl::unexpected<error> refuse(std::size_t nth, std::string_view why) {
  return fail(errc::invalid, "key set: key " + std::to_string(nth) + ": " + std::string(why));
}

}  // namespace

result<key_set> key_set::read(std::string_view json) {
  if (json.size() > bytes_max)
    return fail(errc::invalid, "key set: longer than " + std::to_string(bytes_max) + " bytes");
  auto tree = wire::read_json(json, json_bounds);
  const auto* top = tree ? tree->as<wire::map>() : nullptr;
  const auto* list = top == nullptr ? nullptr : wire::find(*top, "keys");
  const auto* keys = list == nullptr ? nullptr : list->as<wire::array>();
  if (keys == nullptr) return fail(errc::invalid, "key set: no JSON object with an array `keys`");
  if (keys->size() > keys_max) return fail(errc::invalid, "key set: more than " + std::to_string(keys_max) + " keys");
  key_set out;
  for (std::size_t i = 0; i < keys->size(); ++i) {
    const auto* jwk = (*keys)[i].as<wire::map>();
    if (jwk == nullptr) return refuse(i + 1, "no object");
    const auto kind = kind_of(*jwk);
    if (!kind || !verifies(*jwk) || (wire::find(*jwk, "alg") != nullptr && !says(*jwk, "alg", to_string(*kind)))) {
      ++out.left_out_;
      continue;
    }
    if (wire::find(*jwk, "d") != nullptr) {
      return refuse(i + 1, "it holds its private part: replace that key, and publish the public part only");
    }
    const auto* kid = text_of(*jwk, "kid");
    if ((kid == nullptr && wire::find(*jwk, "kid") != nullptr) ||
        (kid != nullptr && kid->size() > key_set::kid_bytes_max)) {
      return refuse(i + 1, "kid is no text of at most 256 bytes");
    }
    auto key = key_of(*jwk, *kind);
    if (!key) return refuse(i + 1, key.error().detail);
    auto name = kid == nullptr ? std::string() : *kid;
    if (!name.empty() && out.find(name, *kind) != nullptr) return refuse(i + 1, "another has the same kid");
    out.keys_.push_back({std::move(name), std::move(*key)});
  }
  if (out.keys_.empty()) return fail(errc::invalid, "key set: no key for RS256, ES256 or EdDSA (Ed25519) signatures");
  return out;
}

const public_key* key_set::find(std::string_view kid, algorithm alg) const noexcept {
  const public_key* found = nullptr;
  for (const auto& each : keys_) {
    if (each.key.alg() != alg || (!kid.empty() && each.kid != kid)) continue;
    if (found != nullptr) return nullptr;
    found = &each.key;
  }
  return found;
}

}  // namespace lightstick::gateway::auth
