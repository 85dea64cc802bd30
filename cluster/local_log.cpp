#include "cluster/local_log.hpp"

#include <utility>

#include "cluster/errc.hpp"

namespace lightstick::cluster {
namespace {

storage::log_id log_of(const actor_id& actor) { return {partition_of(actor), actor.to_string()}; }

std::vector<runtime::row> rows_from(std::vector<storage::row> rows) {
  std::vector<runtime::row> out;
  out.reserve(rows.size());
  for (auto& r : rows) out.push_back({std::move(r.key), std::move(r.value)});
  return out;
}

runtime::recovered_log recovered_from(storage::log_contents c) {
  runtime::recovered_log out{c.owner_epoch,
                             std::move(c.snapshot),
                             c.snapshot_at,
                             std::move(c.events),
                             c.last,
                             rows_from(std::move(c.marks)),
                             {},
                             std::move(c.history_floor)};
  out.reminders.reserve(c.reminders.size());
  for (auto& r : c.reminders) out.reminders.push_back({std::move(r.name), r.due_ms, std::move(r.payload)});
  return out;
}

std::vector<storage::reminder_write> reminders_from(std::vector<runtime::reminder_write> reminders) {
  std::vector<storage::reminder_write> out;
  out.reserve(reminders.size());
  for (auto& r : reminders) out.push_back({std::move(r.name), r.was_due_ms, r.due_ms, std::move(r.payload)});
  return out;
}

/// Names of logs that are no actor's are passed over.
runtime::due_page due_from(storage::due_page page) {
  runtime::due_page out{{}, std::move(page.cursor), page.more};
  out.entries.reserve(page.entries.size());
  for (auto& e : page.entries) {
    auto slash = e.log.find('/');
    if (slash == std::string::npos) continue;
    out.entries.push_back(
        {{e.log.substr(0, slash), e.log.substr(slash + 1)}, std::move(e.name), e.due_ms, std::move(e.payload)});
  }
  return out;
}

storage::row_table table_of(runtime::row_table t) {
  return t == runtime::row_table::history ? storage::row_table::history : storage::row_table::marks;
}

std::vector<storage::row_write> writes_from(std::vector<runtime::row_write> rows) {
  std::vector<storage::row_write> out;
  out.reserve(rows.size());
  for (auto& r : rows) out.push_back({table_of(r.table), std::move(r.key), std::move(r.value), r.expires_ms});
  return out;
}

}  // namespace

local_log::local_log(storage::store& store, const coordination& who_owns, local_log_options o, metrics& registry)
    : store_(store), who_owns_(who_owns), reads_(o.read_threads, o.reads_max, registry) {}

void local_log::recover(const actor_id& actor, unique_function<void(result<runtime::recovered_log>)> done) {
  reads_.submit([this, log = log_of(actor), done = std::move(done)](result<void> turn) mutable {
    if (!turn) return done(fail(std::move(turn.error())));
    auto held = who_owns_.held(log.partition);
    if (!held) return done(fail(std::move(held.error())));
    auto contents = store_.open_log(log);
    if (!contents) return done(fail(std::move(contents.error())));
    done(recovered_from(std::move(*contents)));
  });
}

result<void> local_log::append(runtime::append_request request, std::shared_ptr<runtime::append_listener> listener) {
  auto log = log_of(request.actor);
  if (auto held = who_owns_.held(log.partition); !held) return fail(std::move(held.error()));
  return store_.append(
      {std::move(log), request.owner_epoch, request.expected, std::move(request.events),
       writes_from(std::move(request.rows)), std::move(request.snapshot), reminders_from(std::move(request.reminders)),
       std::move(request.history_floor), request.remove_later},
      std::move(listener));
}

void local_log::release(const actor_id& actor) { store_.close_log(log_of(actor)); }

void local_log::read_rows(const actor_id& actor, runtime::row_query query,
                          unique_function<void(result<runtime::row_page>)> done) {
  reads_.submit(
      [this, log = log_of(actor), query = std::move(query), done = std::move(done)](result<void> turn) mutable {
        if (!turn) return done(fail(std::move(turn.error())));
        auto page = store_.read_rows(log, {table_of(query.table), std::move(query.after), std::move(query.before),
                                           query.newest_first, query.rows_max, query.bytes_max});
        if (!page) return done(fail(std::move(page.error())));
        done(runtime::row_page{rows_from(std::move(page->rows)), page->more});
      });
}

void local_log::due_reminders(partition p, std::int64_t until_ms, std::string after_cursor, std::uint32_t entries_max,
                              unique_function<void(result<runtime::due_page>)> done) {
  reads_.submit([this, p, until_ms, after = std::move(after_cursor), entries_max,
                 done = std::move(done)](result<void> turn) mutable {
    if (!turn) return done(fail(std::move(turn.error())));
    if (auto held = who_owns_.held(p); !held) return done(fail(std::move(held.error())));
    auto page = store_.due_reminders(p, until_ms, after, entries_max);
    if (!page) return done(fail(std::move(page.error())));
    done(due_from(std::move(*page)));
  });
}

void local_log::peek(const actor_id& actor, unique_function<void(result<runtime::recovered_log>)> done) {
  reads_.submit([this, log = log_of(actor), done = std::move(done)](result<void> turn) mutable {
    if (!turn) return done(fail(std::move(turn.error())));
    auto contents = store_.read_log(log);
    if (!contents) return done(fail(std::move(contents.error())));
    if (contents->last == sequence{} && contents->marks.empty() && contents->reminders.empty())
      return done(fail(errc::never_written, log.name));
    done(recovered_from(std::move(*contents)));
  });
}

}  // namespace lightstick::cluster
