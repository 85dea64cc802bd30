// Tokens that are taken back: the order, and what follows when it is durable.
#include "actors/revocations/messages.hpp"
#include "gateway/admin/operations.hpp"
#include "gateway/admin/operations_json.hpp"
#include "gateway/net/public_service.hpp"
#include "gateway/wire/json.hpp"

namespace lightstick::gateway::admin {
namespace {

using net::error_response;
using net::http_request;
using net::responder;
namespace revocations = lightstick::actors::revocations;

constexpr wire::bounds order_bounds{.bytes = 4'096, .depth = 4, .items = 16};
constexpr std::uint64_t page_default = 100;
constexpr std::uint64_t page_max = 1'000;
/// Longer than tokens live; those that live longer need an order that says so.
constexpr std::chrono::hours kept{24 * 366};

/// `{"user":"17"}` or `{"jti":"t-1"}`, perhaps with `until_ts`.
result<revocations::revoke> read_order(std::string_view body, wall_ms now) {
  auto read = wire::read_json(body, order_bounds);
  const auto* order = read ? read->as<wire::map>() : nullptr;
  const auto* user = order == nullptr ? nullptr : wire::find(*order, "user");
  const auto* jti = order == nullptr ? nullptr : wire::find(*order, "jti");
  const auto* name = user != nullptr ? user->as<std::string>() : jti != nullptr ? jti->as<std::string>() : nullptr;
  if (name == nullptr || (user != nullptr && jti != nullptr)) {
    return fail(errc::invalid, R"(the order names a user or a token: {"user":"17"} or {"jti":"t-1"})");
  }
  revocations::revoke out{user != nullptr, *name, {now.value + std::chrono::milliseconds(kept).count()}};
  if (const auto* until = wire::find(*order, "until_ts")) {
    const auto* ts = until->as<std::uint64_t>();
    if (ts == nullptr || *ts > static_cast<std::uint64_t>(INT64_MAX)) {
      return fail(errc::invalid, "until_ts is no number of milliseconds since 1970");
    }
    out.until.value = static_cast<std::int64_t>(*ts);
  }
  return out;
}

}  // namespace

void operations::revoke(const http_request& r, const asker& by, responder respond) {
  auto order = read_order(r.body, core_.clock.wall());
  if (!order) {
    return respond(error_response(400, lightstick::actors::errc::bad_request, order.error().detail));
  }
  auto target = (order->of_user ? "user/" : "jti/") + order->name;
  auto act = [this, order = std::move(*order)](unique_function<void(result<void>)> done) {
    auto told = [this, done = std::move(done)](result<revocations::revoked> got) mutable {
      if (!got) return done(fail(std::move(got.error())));
      // In this order: whoever the first still let in is there for the second to find.
      core_.tokens->revoked().add(got->what, core_.clock.wall());
      core_.close_revoked(got->what);
      done({});
    };
    (void)core_.sys->tell({revocations::kind, revocations::key}, runtime::make_message(order),
                          runtime::make_reply<revocations::revoked>(std::move(told)));
  };
  change(by, "revoke", std::move(target), std::move(act), std::move(respond));
}

void operations::revocations(const http_request& r, const asker& /*by*/, responder respond) {
  const auto rows = std::clamp<std::uint64_t>(r.number("limit", page_default), 1, page_max);
  auto told = [rows, respond = std::move(respond)](result<revocations::listed> got) mutable {
    respond(got ? net::json_response(revocations_json(*got, rows)) : failed_response(got.error()));
  };
  (void)core_.sys->tell({revocations::kind, revocations::key}, runtime::make_message(revocations::list{}),
                        runtime::make_reply<revocations::listed>(std::move(told)));
}

}  // namespace lightstick::gateway::admin
