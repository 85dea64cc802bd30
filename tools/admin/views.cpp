#include "tools/admin/views.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <span>

#include "gateway/wire/json.hpp"
#include "tools/text/table.hpp"
#include "tools/text/units.hpp"

namespace lightstick::tools {
namespace {

namespace wire = gateway::wire;
using text::table;

constexpr wire::bounds answer_bounds{.bytes = 64U << 20U, .depth = 8, .items = 4'000'000};

tl::unexpected<error> strange() {
  return fail(errc::invalid,
              "the node's answer is of another shape than this program knows: are both of one version? "
              "--json shows it as it is");
}

/// "2026-11-23T14:02:10Z".
std::string time_text(std::uint64_t ms) {
  const auto seconds = static_cast<std::time_t>(ms / 1'000);
  std::tm parts{};
  if (::gmtime_r(&seconds, &parts) == nullptr) return std::to_string(ms);
  std::array<char, 32> out{};
  const auto size = std::strftime(out.data(), out.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {out.data(), size};
}

std::string one_digit(double d) {
  std::array<char, 32> out{};
  const auto size = std::snprintf(out.data(), out.size(), "%.1f", d);
  return {out.data(), static_cast<std::size_t>(std::max(size, 0))};
}

/// A value by what its key's ending says of its unit.
std::string cell_of(std::string_view key, const wire::value& v) {
  if (const auto* s = v.as<std::string>()) return *s;
  if (const auto* b = v.as<bool>()) return *b ? "yes" : "no";
  if (const auto* d = v.as<double>()) return one_digit(*d);
  if (const auto* n = v.as<std::uint64_t>()) {
    if (key.ends_with("_ms")) return text::human_duration(std::chrono::milliseconds{static_cast<std::int64_t>(*n)});
    if (key.ends_with("_us")) return std::to_string(*n) + "us";
    if (key.ends_with("_bytes")) return text::human_size(*n);
    if (key == "ts" || key.ends_with("_ts")) return time_text(*n);
    return std::to_string(*n);
  }
  std::string json;
  wire::json_writer w(json);
  write(w, v);
  return json;
}

/// "age_ms" -> "age": the cell says its unit.
std::string title_of(std::string_view key) {
  for (std::string_view unit : {"_ms", "_us", "_bytes", "_ts"}) {
    if (key.ends_with(unit)) key.remove_suffix(unit.size());
  }
  return std::string(key);
}

/// An answer that is a map.
class answer {
 public:
  explicit answer(std::string_view json) : read_(wire::read_json(json, answer_bounds)) {}
  /// Null when the answer is no map.
  [[nodiscard]] const wire::map* fields() const { return read_ ? read_->as<wire::map>() : nullptr; }
  /// Null when there is none of that name and type.
  template <class T>
  [[nodiscard]] const T* get(std::string_view key) const {
    const auto* v = fields() == nullptr ? nullptr : wire::find(*fields(), key);
    return v == nullptr ? nullptr : v->as<T>();
  }
  /// As a table would show it; empty when there is none.
  [[nodiscard]] std::string cell(std::string_view key) const {
    const auto* v = fields() == nullptr ? nullptr : wire::find(*fields(), key);
    return v == nullptr ? std::string() : cell_of(key, *v);
  }

 private:
  decltype(wire::read_json({}, {})) read_;
};

struct shown_column {
  std::string_view key;
  table::align side = table::align::left;
};

result<std::string> show_rows(std::string_view json, std::string_view list_key, std::string_view what,
                              std::span<const shown_column> columns) {
  const answer from(json);
  const auto* rows = from.get<wire::array>(list_key);
  if (rows == nullptr) return strange();
  std::vector<table::column> titles;
  for (const auto& c : columns) titles.push_back({title_of(c.key), c.side});
  table shown(std::move(titles));
  for (const auto& row : *rows) {
    const auto* fields = row.as<wire::map>();
    if (fields == nullptr) return strange();
    std::vector<std::string> cells;
    for (const auto& c : columns) {
      const auto* v = wire::find(*fields, c.key);
      cells.push_back(v == nullptr ? "" : cell_of(c.key, *v));
    }
    shown.add(std::move(cells));
  }
  const auto* count = from.get<std::uint64_t>("total");
  auto out = shown.to_string();
  if (count != nullptr && *count > rows->size()) {
    out += std::to_string(rows->size()) + " of " + std::to_string(*count) + " " + std::string(what) +
           " shown; more with --limit\n";
  }
  return out;
}

void add_fields(table& out, const wire::map& fields, const std::string& indent) {
  for (const auto& [key, v] : fields) {
    const auto* inner = v.as<wire::map>();
    if (const auto* rows = v.as<wire::array>()) {
      out.add({indent + title_of(key), rows->empty() ? "none" : ":"});
      for (const auto& row : *rows) {
        const auto* each = row.as<wire::map>();
        std::string line;
        if (each != nullptr) {
          for (const auto& [name, value] : *each) line += (line.empty() ? "" : "  ") + cell_of(name, value);
        }
        out.add({"", each == nullptr ? cell_of(key, row) : line});
      }
    } else if (inner == nullptr) {
      out.add({indent + title_of(key), cell_of(key, v)});
    } else {
      out.add({indent + key, inner->empty() ? "" : ":"});
      add_fields(out, *inner, indent + "  ");
    }
  }
}

}  // namespace

result<std::string> show_actors(std::string_view json) {
  constexpr auto right = table::align::right;
  static constexpr std::array<shown_column, 12> columns{{{"actor"},
                                                         {"phase"},
                                                         {"mailbox", right},
                                                         {"mailbox_high", right},
                                                         {"commands_per_s", right},
                                                         {"events_per_s", right},
                                                         {"handler_p50_us", right},
                                                         {"handler_p99_us", right},
                                                         {"memory_bytes", right},
                                                         {"handled", right},
                                                         {"age_ms", right},
                                                         {"idle_ms", right}}};
  return show_rows(json, "actors", "actors", columns);
}

result<std::string> show_connections(std::string_view json) {
  constexpr auto right = table::align::right;
  static constexpr std::array<shown_column, 12> columns{{{"session"},
                                                         {"user"},
                                                         {"device"},
                                                         {"address"},
                                                         {"encoding"},
                                                         {"age_ms", right},
                                                         {"idle_ms", right},
                                                         {"queued_bytes", right},
                                                         {"frames_in", right},
                                                         {"frames_out", right},
                                                         {"rooms", right},
                                                         {"unanswered", right}}};
  return show_rows(json, "connections", "connections", columns);
}

result<std::string> show_audit(std::string_view json) {
  static constexpr std::array<shown_column, 6> columns{
      {{"number", table::align::right}, {"ts"}, {"who"}, {"what"}, {"target"}, {"outcome"}}};
  auto shown = show_rows(json, "entries", "entries", columns);
  const answer from(json);
  const auto* more = from.get<bool>("more");
  const auto* rows = from.get<wire::array>("entries");
  if (!shown || more == nullptr || !*more || rows->empty()) return shown;
  const auto* last = rows->back().as<wire::map>();
  const auto* number = last == nullptr ? nullptr : wire::find(*last, "number");
  if (number == nullptr) return strange();
  return *shown + std::to_string(rows->size()) + " entries shown; older ones with --limit, or --before " +
         cell_of("number", *number) + "\n";
}

result<std::string> show_revocations(std::string_view json) {
  static constexpr std::array<shown_column, 4> columns{{{"user"}, {"jti"}, {"since_ts"}, {"until_ts"}}};
  return show_rows(json, "revocations", "revocations", columns);
}

result<std::string> show_letters(std::string_view json) {
  static constexpr std::array<shown_column, 7> columns{{{"id", table::align::right},
                                                        {"ts"},
                                                        {"actor"},
                                                        {"command"},
                                                        {"kills", table::align::right},
                                                        {"readable"},
                                                        {"error"}}};
  return show_rows(json, "letters", "letters", columns);
}

result<std::string> show_doctor(std::string_view json) {
  const answer from(json);
  const auto* findings = from.get<wire::array>("findings");
  if (findings == nullptr) return strange();
  if (findings->empty()) return "all is well\n";
  std::string out;
  for (const auto& each : *findings) {
    const auto* f = each.as<wire::map>();
    if (f == nullptr) return strange();
    auto part = [&](std::string_view key) {
      const auto* v = wire::find(*f, key);
      return v == nullptr ? std::string() : text::printable(cell_of(key, *v));
    };
    out += part("severity") + ": " + part("subject") + " " + part("what") + "\n    " + part("advice") + "\n";
  }
  return out;
}

result<std::string> show_changed(std::string_view json) {
  const answer from(json);
  const auto* what = from.get<std::string>("done");
  const auto* target = from.get<std::string>("target");
  if (what == nullptr || target == nullptr) return strange();
  const auto* unaudited = from.get<std::string>("unaudited");
  return *what + " " + text::printable(*target) + ": done" +
         (unaudited == nullptr ? "" : ", but not in the audit journal: " + text::printable(*unaudited)) + "\n";
}

result<std::uint64_t> tap_number(std::string_view json) {
  const answer from(json);
  const auto* number = from.get<std::uint64_t>("id");
  if (number == nullptr) return strange();
  return *number;
}

result<tapped> show_tapped(std::string_view json) {
  const answer from(json);
  const auto* commands = from.get<wire::array>("commands");
  const auto* ended = from.get<bool>("ended");
  if (commands == nullptr || ended == nullptr) return strange();
  tapped out;
  out.ended = *ended;
  for (const auto& each : *commands) {
    const auto* c = each.as<wire::map>();
    if (c == nullptr) return strange();
    std::string line;
    for (std::string_view key : {"ts", "trace", "outcome", "waited_us", "took_us", "command"}) {
      const auto* v = wire::find(*c, key);
      if (v != nullptr) line += (line.empty() ? "" : "  ") + text::printable(cell_of(key, *v));
    }
    out.lines += line + "\n";
  }
  if (const auto lost = from.cell("lost"); !lost.empty() && lost != "0") {
    out.lines += "(" + lost + " more were not fetched in time)\n";
  }
  return out;
}

result<std::string> show_inspection(std::string_view json) {
  const answer from(json);
  if (from.fields() == nullptr) return strange();
  table out({{"name"}, {"value"}});
  add_fields(out, *from.fields(), "");
  return out.to_string();
}

}  // namespace lightstick::tools
