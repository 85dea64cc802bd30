#include "tools/admin/views.hpp"

#include <array>
#include <chrono>
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

/// A value by what its key's ending says of its unit.
std::string cell_of(std::string_view key, const wire::value& v) {
  if (const auto* s = v.as<std::string>()) return *s;
  if (const auto* b = v.as<bool>()) return *b ? "yes" : "no";
  if (const auto* n = v.as<std::uint64_t>()) {
    if (key.ends_with("_ms")) return text::human_duration(std::chrono::milliseconds{static_cast<std::int64_t>(*n)});
    if (key.ends_with("_bytes")) return text::human_size(*n);
    return std::to_string(*n);
  }
  std::string json;
  wire::json_writer w(json);
  write(w, v);
  return json;
}

/// "age_ms" -> "age": the cell says its unit.
std::string title_of(std::string_view key) {
  for (std::string_view unit : {"_ms", "_bytes"}) {
    if (key.ends_with(unit)) key.remove_suffix(unit.size());
  }
  return std::string(key);
}

struct shown_column {
  std::string_view key;
  table::align side = table::align::left;
};

result<std::string> show_rows(std::string_view json, std::string_view list_key, std::string_view what,
                              std::span<const shown_column> columns) {
  auto read = wire::read_json(json, answer_bounds);
  const auto* root = read ? read->as<wire::map>() : nullptr;
  const auto* list = root == nullptr ? nullptr : wire::find(*root, list_key);
  const auto* rows = list == nullptr ? nullptr : list->as<wire::array>();
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
  const auto* total = wire::find(*root, "total");
  const auto* count = total == nullptr ? nullptr : total->as<std::uint64_t>();
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
    if (inner == nullptr) {
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
  static constexpr std::array<shown_column, 8> columns{{{"actor"},
                                                        {"partition", right},
                                                        {"durable"},
                                                        {"mailbox", right},
                                                        {"mailbox_high", right},
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

result<std::string> show_inspection(std::string_view json) {
  auto read = wire::read_json(json, answer_bounds);
  const auto* root = read ? read->as<wire::map>() : nullptr;
  if (root == nullptr) return strange();
  table out({{"name"}, {"value"}});
  add_fields(out, *root, "");
  return out.to_string();
}

}  // namespace lightstick::tools
