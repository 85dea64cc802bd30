#include "gateway/admin/admin_json.hpp"

#include "gateway/admin/json_fields.hpp"
#include "gateway/net/http_message.hpp"
#include "runtime/base/names.hpp"

namespace lightstick::gateway::admin {
namespace {

void write_info(fields& out, const runtime::actor_info& info) {
  out.text("actor", info.id.to_string())
      .number("partition", info.partition.value)
      .flag("durable", info.durable)
      .text("phase", runtime::to_string(info.phase))
      .number("mailbox", info.mailbox)
      .number("mailbox_high", info.mailbox_high)
      .number("mailbox_max", info.mailbox_max)
      .number("handled", info.handled)
      .number("events", info.events)
      .decimal("commands_per_s", info.commands_per_s)
      .decimal("events_per_s", info.events_per_s)
      .number("handler_p50_us", static_cast<std::uint64_t>(info.handler_p50.count()))
      .number("handler_p99_us", static_cast<std::uint64_t>(info.handler_p99.count()))
      .number("memory_bytes", info.memory_bytes)
      .number("age_ms", info.age)
      .number("idle_ms", info.idle);
}

void write_state(wire::json_writer& w, const runtime::inspection& state) {
  w.key("state");
  fields out(w);
  for (const auto& [name, value] : state) out.text(name, value);
}

void write_errors(wire::json_writer& w, const std::vector<runtime::noted_error>& errors) {
  w.key("last_errors");
  w.begin_array(errors.size());
  for (const auto& e : errors) {
    fields(w).number("ts", static_cast<std::uint64_t>(e.when.value)).text("error", e.what);
  }
  w.end_array();
}

void write_reminders(wire::json_writer& w, const std::vector<runtime::reminder>& reminders) {
  w.key("reminders");
  w.begin_array(reminders.size());
  for (const auto& r : reminders) {
    fields(w).text("name", r.name).number("due_ms", static_cast<std::uint64_t>(r.due_ms));
  }
  w.end_array();
}

}  // namespace

std::string actors_json(const std::vector<runtime::actor_info>& rows, std::size_t total) {
  return map_json([&](fields& out, wire::json_writer& w) {
    out.number("total", total);
    w.key("actors");
    w.begin_array(rows.size());
    for (const auto& row : rows) {
      fields each(w);
      write_info(each, row);
    }
    w.end_array();
  });
}

std::string report_json(const runtime::actor_report& report) {
  return map_json([&](fields& out, wire::json_writer& w) {
    write_info(out, report.info);
    out.flag("active", true)
        .number("epoch", report.epoch.value())
        .number("journal_at", report.journal_at.value())
        .number("uncommitted", report.uncommitted)
        .number("restarts", report.restarts)
        .number("open_asks", report.open_asks)
        .number("timers", report.timers);
    write_errors(w, report.errors);
    write_reminders(w, report.reminders);
    write_state(w, report.state);
  });
}

std::string stored_json(const actor_id& id, const runtime::inspection& stored) {
  return map_json([&](fields& out, wire::json_writer& w) {
    out.text("actor", id.to_string()).flag("active", false).number("partition", partition_of(id).value);
    write_state(w, stored);
  });
}

std::string connections_json(const std::vector<net::connection_row>& rows, std::size_t total) {
  return map_json([&](fields& out, wire::json_writer& w) {
    out.number("total", total);
    w.key("connections");
    w.begin_array(rows.size());
    for (const auto& row : rows) {
      fields(w)
          .text("session", row.session)
          .text("user", row.user)
          .text("device", row.device)
          .text("address", row.address)
          .text("encoding", row.encoding)
          .number("age_ms", row.age)
          .number("idle_ms", row.idle)
          .number("queued_bytes", row.queued_bytes)
          .number("frames_in", row.frames_in)
          .number("frames_out", row.frames_out)
          .number("rooms", row.rooms)
          .number("unanswered", row.unanswered);
    }
    w.end_array();
  });
}

result<actor_id> parse_actor(std::string_view text) {
  auto decoded = net::percent_decoded(text);
  const auto slash = decoded ? decoded->find('/') : std::string::npos;
  if (slash == std::string::npos || slash == 0 || slash + 1 == decoded->size()) {
    return fail(errc::invalid, "name an actor as kind/key, such as room/lobby");
  }
  if (!valid_utf8(*decoded)) return fail(errc::invalid, "the actor's name is not UTF-8");
  return actor_id{decoded->substr(0, slash), decoded->substr(slash + 1)};
}

}  // namespace lightstick::gateway::admin
