#include "gateway/admin/admin_service.hpp"

#include "gateway/admin/admin_json.hpp"
#include "gateway/admin/exposition.hpp"
#include "gateway/net/public_service.hpp"

namespace lightstick::gateway::admin {
namespace {

using net::error_response;
using net::http_request;
using net::http_response;
using net::json_response;
using net::responder;

std::size_t limit_of(const http_request& r) {
  return std::min<std::size_t>(r.number("limit", admin_service::rows_default), admin_service::rows_max);
}

http_response failure_response(const error& e) {
  if (e.is(condition::not_found)) return error_response(404, lightstick::actors::errc::bad_request, "no such actor");
  const auto status = e.is_transient() || e.is(condition::overloaded) ? 503U : 500U;
  return error_response(status, lightstick::actors::protocol_code(e), e.to_string());
}

/// Rows of all threads, put together by whichever comes last.
struct gathering {
  std::mutex mutex;
  std::vector<net::connection_row> rows;
  std::size_t missing = 0;
  std::size_t limit = 0;
  responder respond;
};

}  // namespace

void admin_service::handle(const http_request& r, responder respond) {
  if (r.path == "/healthz") return respond(net::health_response());
  if (r.path == "/readyz") return respond(net::readiness_response(core_));
  std::optional<http_response> refusal;
  auto by = admit(r, refusal);
  if (!by) return respond(std::move(*refusal));
  if (r.path == "/v1/admin/backup" || r.path == "/v1/admin/stats" || r.path == "/v1/admin/erase" ||
      r.path == "/v1/admin/trim") {
    const auto kind = r.path.substr(r.path.rfind('/') + 1);
    if (r.method == "POST") return operations_->begin_job(r, *by, kind, std::move(respond));
    return job(kind, std::move(respond));
  }
  if (operations_->handle(r, *by, respond)) return;
  if (r.method == "POST") return respond(net::wrong_method_response("GET, HEAD"));
  if (r.path == "/metrics") {
    auto out = json_response(exposition(core_.registry));
    out.content_type = exposition_type;
    return respond(std::move(out));
  }
  if (r.path == "/v1/admin/actors") return actors(r, std::move(respond));
  if (r.path == "/v1/admin/inspect") return inspect(r, std::move(respond));
  if (r.path == "/v1/admin/connections") return connections(r, std::move(respond));
  respond(net::not_found_response());
}

result<operations::asker> admin_service::admit(const http_request& r, std::optional<http_response>& refusal) const {
  const auto claims = core_.tokens->verify(r.bearer, core_.clock.wall());
  if (!claims) {
    if (!claims.error().is_transient()) core_.counts.auth_failures.add();
    refusal = net::token_response(
        claims.error(), "send an admin's token: Authorization: Bearer ... (lightstick token --role admin makes one)");
    return fail(lightstick::errc::denied);
  }
  if (claims->as != lightstick::actors::role::admin) {
    refusal = error_response(403, lightstick::actors::errc::forbidden, "the token's role is not admin");
    return fail(lightstick::errc::denied);
  }
  if (!claims->scopes.empty()) {
    refusal =
        error_response(403, lightstick::actors::errc::forbidden, "a token with a scope is a service's, for /v1/api/");
    return fail(lightstick::errc::denied);
  }
  return operations::asker{claims->user.str(), r.client.to_string()};
}

void admin_service::actors(const http_request& r, responder respond) {
  const auto kind = r.parameter("kind");
  const auto top = r.parameter("top");
  const auto order = runtime::parse_actor_order(top.empty() ? "mailbox" : top);
  if (!order) return respond(error_response(400, lightstick::actors::errc::bad_request, order.error().detail));
  respond(json_response(actors_json(core_.sys->list(kind, *order, limit_of(r)), core_.sys->count(kind))));
}

void admin_service::inspect(const http_request& r, responder respond) {
  auto id = parse_actor(r.parameter("actor"));
  if (!id) return respond(error_response(400, lightstick::actors::errc::bad_request, id.error().detail));
  core_.sys->inspect(
      *id, [info = core_.info, id = *id, respond = std::move(respond)](result<runtime::actor_report> active) mutable {
        if (active) return respond(json_response(report_json(*active)));
        if (!active.error().is(condition::not_found)) return respond(failure_response(active.error()));
        info->inspect_stored(id, [id, respond = std::move(respond)](result<runtime::inspection> stored) mutable {
          respond(stored ? json_response(stored_json(id, *stored)) : failure_response(stored.error()));
        });
      });
}

/// How far a job is.
void admin_service::job(std::string_view kind, responder respond) {
  auto* of_node = core_.info->jobs();
  if (of_node == nullptr) return respond(net::not_found_response());
  respond(job_response(of_node->status(kind), false));
}

void admin_service::connections(const http_request& r, responder respond) {
  auto all = std::make_shared<gathering>();
  all->missing = threads_.size();
  all->limit = limit_of(r);
  all->respond = std::move(respond);
  for (auto* thread : threads_) {
    thread->post([this, thread, all] {
      auto rows = thread->describe(all->limit);
      std::lock_guard lock(all->mutex);
      all->rows.insert(all->rows.end(), std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
      if (--all->missing > 0) return;
      if (all->rows.size() > all->limit) all->rows.resize(all->limit);
      all->respond(
          json_response(connections_json(all->rows, static_cast<std::size_t>(core_.counts.clients_open.value()))));
    });
  }
}

}  // namespace lightstick::gateway::admin
