#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "gateway/auth/base64url.hpp"
#include "gateway/auth/tokens.hpp"
#include "wire_generators.hpp"

namespace lightstick::gateway::auth {
namespace {

constexpr wall_ms now{1'790'000'000'000};

std::shared_ptr<const token_authority> authority() {
  static const auto a = token_authority::make(std::string(32, 'k')).value();
  return a;
}

rc::Gen<std::string> any_name() {
  return rc::gen::map(wire::any_text(), [](const std::string& text) {
    std::string name;
    for (char c : text) {
      if (static_cast<unsigned char>(c) > 0x20 && c != '/' && c != 0x7F && (c & 0x80) == 0) name.push_back(c);
    }
    return "n" + name.substr(0, 100) + "민";
  });
}

claims any_claims() {
  return {.user = user_id(*any_name()),
          .name = *any_name(),
          .as = static_cast<actors::role>(*rc::gen::inRange(0, 4)),
          .rooms = *rc::gen::container<std::vector<std::string>>(any_name()),
          .expires_ms = now.value + 1'000 * *rc::gen::inRange<std::int64_t>(1, 1'000'000'000)};
}

RC_GTEST_PROP(tokens, what_is_signed_is_what_is_verified, ()) {
  const auto c = any_claims();
  const auto token = authority()->sign(c, now);
  RC_PRE(token.size() <= token_bytes_max);
  auto found = authority()->verify(token, now);
  RC_ASSERT(found.has_value());
  RC_ASSERT(found->user == c.user);
  RC_ASSERT(found->name == c.name);
  RC_ASSERT(found->as == c.as);
  RC_ASSERT(found->rooms == c.rooms);
  RC_ASSERT(found->expires_ms == c.expires_ms);
}

RC_GTEST_PROP(tokens, a_damaged_token_is_refused, ()) {
  const auto token = authority()->sign(any_claims(), now);
  const auto other = wire::damaged(token);
  RC_PRE(other != token);
  auto found = authority()->verify(other, now);
  RC_ASSERT(!found.has_value());
  RC_ASSERT(found.error().code == actors::errc::unauthenticated);
}

RC_GTEST_PROP(tokens, random_bytes_are_refused, ()) {
  const auto parts =
      *rc::gen::container<std::vector<std::string>>(rc::gen::container<std::string>(rc::gen::arbitrary<char>()));
  std::string token;
  for (const auto& part : parts) {
    token += (token.empty() ? "" : ".") + (*rc::gen::arbitrary<bool>() ? base64url(part) : part);
  }
  RC_ASSERT(!authority()->verify(token, now).has_value());
}

RC_GTEST_PROP(base64url, bytes_and_texts_are_one_to_one, ()) {
  const auto bytes = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  RC_ASSERT(from_base64url(base64url(bytes)) == bytes);
  const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("AZaz09-_Qgw")));
  if (auto meant = from_base64url(text)) RC_ASSERT(base64url(*meant) == text);
}

}  // namespace
}  // namespace lightstick::gateway::auth
