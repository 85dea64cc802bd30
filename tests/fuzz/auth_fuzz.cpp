// What strangers say of themselves: tokens, with a good signature and without; the key sets of providers; and the
// revocations, read back from any journal.
//
//     input    which (1) | token                                  0: as it is
//              which (1) | length of the header (1) | header | payload   1: JSON, signed with the secret
//              which (1) | key set                                2
//              which (1) | length of the snapshot (1; 0 = none) | snapshot | events, each: length (1) | event   3

#include "actors/revocations/revocations_actor.hpp"
#include "gateway/auth/base64url.hpp"
#include "gateway/auth/hs256.hpp"
#include "gateway/auth/key_set.hpp"
#include "gateway/auth/tokens.hpp"
#include "tests/fuzz/input.hpp"

namespace {

using lightstick::fuzz::require;
namespace auth = lightstick::gateway::auth;
namespace revocations = lightstick::actors::revocations;

constexpr lightstick::wall_ms now{1'790'000'000'000};
const std::string secret(32, 's');

void show(std::string_view token) {
  static const auto by = auth::token_authority::make(secret).value();
  const auto said = by->verify(token, now);
  if (!said) return require(!said.error().detail.empty() && said.error().detail.size() < 1'024);
  require(!said->user.str().empty() && said->user.str().size() <= 128);
  require(said->jti.size() <= revocations::jti_bytes_max && said->issued_ms >= 0);
  if (said->expires_ms > now.value) require(by->verify(by->sign(*said, now), now).has_value());
}

void publish(const std::string& json) {
  const auto keys = auth::key_set::read(json);
  if (!keys) return require(keys.error().is(lightstick::condition::invalid));
  require(keys->size() > 0 && keys->size() + keys->left_out() <= auth::key_set::keys_max);
}

void read_back(lightstick::fuzz::input in) {
  static const auto kind = revocations::make_kind();
  const lightstick::actor_id id{revocations::kind, revocations::key};
  auto read = kind.make(id);
  if (auto snapshot = in.text(); !snapshot.empty() && !read->restore(snapshot)) return;
  while (!in.empty()) {
    if (!read->replay(in.text())) return;
  }
  auto again = kind.make(id);
  require(again->restore(read->snapshot()).has_value());
  require(again->snapshot() == read->snapshot());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lightstick::fuzz::input in(data, size);
  switch (in.byte() % 4) {
    case 0: show(in.rest()); break;
    case 1: {
      const auto header = in.text();
      const auto text = auth::base64url(header) + "." + auth::base64url(in.rest());
      show(text + "." + auth::base64url(auth::hs256(secret, text)));
      break;
    }
    case 2: publish(in.rest()); break;
    default: read_back(in);
  }
  return 0;
}
