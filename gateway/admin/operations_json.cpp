#include "gateway/admin/operations_json.hpp"

#include <algorithm>
#include <array>

#include "gateway/admin/json_fields.hpp"
#include "runtime/base/hex.hpp"

namespace lightstick::gateway::admin {
namespace {

namespace dead = runtime::dead_letters;

std::uint64_t ms(wall_ms when) { return static_cast<std::uint64_t>(std::max<std::int64_t>(when.value, 0)); }

void write_letter(fields& out, const dead::brief& b) {
  out.number("id", b.id)
      .text("actor", b.actor_kind + "/" + b.actor_key)
      .text("command", b.command)
      .text("error", b.error)
      .number("ts", ms(b.when))
      .text("trace", hex(b.trace.value()))
      .number("kills", b.kills)
      .number("command_bytes", b.bytes)
      .flag("readable", b.readable)
      .number("replays", b.replays);
}

/// Bytes that may be anything, for an operator's eyes: plain ASCII as it is, the rest as \xNN.
std::string escaped(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F && c != '\\') {
      out += c;
    } else {
      out += "\\x";
      append_hex(out, byte);
    }
  }
  return out;
}

template <class Rows, class Write>
void write_rows(wire::json_writer& w, std::string_view key, const Rows& rows, Write write) {
  w.key(key);
  w.begin_array(rows.size());
  for (const auto& row : rows) {
    fields each(w);
    write(each, row);
  }
  w.end_array();
}

}  // namespace

std::string why_json(const actor_id& id, const runtime::actor_history& known, const std::optional<placement>& where,
                     const runtime::inspection* stored) {
  return map_json([&](fields& out, wire::json_writer& w) {
    out.text("actor", id.to_string()).number("partition", partition_of(id).value);
    if (where)
      out.text("owner", where->owner.str()).flag("owned_here", where->here).number("epoch", where->epoch.value());
    out.flag("active", known.active);
    if (known.since.value != 0) out.number("since_ts", ms(known.since));
    if (known.active) {
      out.text("because",
               known.cause_detail.empty() ? std::string(runtime::to_string(known.cause)) : known.cause_detail)
          .text("trace", hex(known.trace.value()));
      return;
    }
    out.text("because", known.why_gone.empty() ? "nobody has asked for it since the node started, or too long ago"
                                               : known.why_gone);
    out.flag("stored", stored != nullptr);
    if (stored == nullptr) return;
    w.key("state");
    fields state(w);
    for (const auto& [name, value] : *stored) state.text(name, value);
  });
}

std::string doctor_json(const std::vector<finding>& findings) {
  return map_json([&](fields& out, wire::json_writer& w) {
    out.flag("healthy", findings.empty());
    write_rows(w, "findings", findings, [](fields& each, const finding& f) {
      each.text("severity", f.severity).text("subject", f.subject).text("what", f.what).text("advice", f.advice);
    });
  });
}

std::string audit_json(const runtime::audit::listed& page) {
  return map_json([&](fields& out, wire::json_writer& w) {
    out.flag("more", page.more);
    write_rows(w, "entries", page.entries, [](fields& each, const runtime::audit::entry& e) {
      each.number("number", e.number)
          .number("ts", ms(e.when))
          .text("who", e.who)
          .text("from", e.from)
          .text("what", e.what)
          .text("target", e.target)
          .text("outcome", e.outcome);
    });
  });
}

std::string letters_json(const dead::listed& page) {
  return map_json([&](fields& out, wire::json_writer& w) {
    out.number("total", page.total).flag("more", page.more);
    write_rows(w, "letters", page.letters, write_letter);
  });
}

std::string letter_json(const dead::letter& one) {
  return map_json([&](fields& out, wire::json_writer&) {
    write_letter(out, one.head);
    out.text("record", escaped(one.bytes));
  });
}

std::string changed_json(const std::string& what, const std::string& target,
                         const std::optional<std::string>& unaudited) {
  return map_json([&](fields& out, wire::json_writer&) {
    out.text("done", what).text("target", target);
    if (unaudited) out.text("unaudited", *unaudited);
  });
}

std::string revocations_json(const actors::revocations::listed& all, std::size_t rows_max) {
  std::vector<actors::revocations::revocation> newest(all.entries.rbegin(), all.entries.rend());
  if (newest.size() > rows_max) newest.resize(rows_max);
  return map_json([&](fields& out, wire::json_writer& w) {
    out.number("total", all.entries.size());
    write_rows(w, "revocations", newest, [](fields& each, const actors::revocations::revocation& r) {
      each.text(r.of_user ? "user" : "jti", r.name).number("since_ts", ms(r.since)).number("until_ts", ms(r.until));
    });
  });
}

std::string tap_json(std::uint64_t number) {
  return map_json([&](fields& out, wire::json_writer&) { out.number("id", number); });
}

std::string seen_json(const runtime::tap::seen& seen) {
  return map_json([&](fields& out, wire::json_writer& w) {
    out.number("lost", seen.lost).flag("ended", seen.ended);
    write_rows(w, "commands", seen.commands, [](fields& each, const runtime::tapped_command& c) {
      each.number("ts", ms(c.when))
          .text("trace", hex(c.trace.value()))
          .text("command", c.what)
          .number("waited_us", static_cast<std::uint64_t>(c.waited.count()))
          .number("took_us", static_cast<std::uint64_t>(c.took.count()))
          .text("outcome", c.failed    ? "failed"
                           : c.dropped ? "dropped"
                                       : "handled");
    });
  });
}

}  // namespace lightstick::gateway::admin
