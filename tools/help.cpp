#include "tools/help.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "tools/text/wrap.hpp"

namespace lightstick::tools {
namespace {

constexpr std::size_t columns = 100;
constexpr std::size_t left_columns = 30;
constexpr std::string_view general_group = "Options";  // CLI11's name of it; shown last

void add_entry(std::string& out, const std::string& left, const std::string& right) {
  auto lines = text::wrap(right, columns - left_columns);
  std::string line = "  " + left;
  auto fits = line.size() + 2 <= left_columns;
  if (!fits || lines.empty()) {
    out += line + "\n";
    line.clear();
  }
  for (const auto& text : lines) {
    line.resize(left_columns, ' ');
    out += line + text + "\n";
    line.clear();
  }
}

void add_paragraph(std::string& out, const std::string& text) {
  if (text.empty()) return;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    auto end = std::min(text.find('\n', begin), text.size());
    auto line = text.substr(begin, end - begin);
    if (line.starts_with("  ") || line.empty()) {
      out += line + "\n";
    } else {
      for (const auto& wrapped : text::wrap(line, columns)) out += wrapped + "\n";
    }
    begin = end + 1;
  }
}

std::string usage_of(const CLI::App& app, const std::string& name) {
  std::string out = "Usage: " + name;
  if (!app.get_options([](const CLI::Option* o) { return o->nonpositional(); }).empty()) out += " [OPTIONS]";
  for (const auto* o : app.get_options([](const CLI::Option* p) { return p->get_positional(); })) {
    out += " " + o->get_type_name();
  }
  if (!app.get_subcommands({}).empty()) out += " SUBCOMMAND";
  return out + "\n";
}

std::string left_of(const CLI::Option& o) {
  auto left = o.get_positional() ? o.get_type_name() : o.get_name(false, true);
  if (!o.get_positional() && o.get_expected_max() > 0 && !o.get_type_name().empty()) left += " " + o.get_type_name();
  return left;
}

std::string right_of(const CLI::Option& o) {
  auto right = o.get_description();
  if (!o.get_default_str().empty()) right += " Default: " + o.get_default_str() + ".";
  if (!o.get_envname().empty()) right += " Environment: " + o.get_envname() + ".";
  return right;
}

void add_group(std::string& out, const std::string& title, const std::vector<const CLI::Option*>& options) {
  if (options.empty()) return;
  out += "\n" + title + "\n";
  for (const auto* o : options) add_entry(out, left_of(*o), right_of(*o));
}

}  // namespace

std::string help_text(const CLI::App& app, const std::string& name, bool everything) {
  std::string out;
  add_paragraph(out, app.get_description());
  out += "\n" + usage_of(app, name);
  add_group(out, "Arguments", app.get_options([](const CLI::Option* o) { return o->get_positional(); }));
  auto groups = app.get_groups();
  std::ranges::stable_partition(groups, [](const std::string& group) { return group != general_group; });
  for (const auto& group : groups) {
    if (group.empty() || (!everything && group.front() == advanced_group_prefix)) continue;
    add_group(out, group,
              app.get_options([&](const CLI::Option* o) { return o->nonpositional() && o->get_group() == group; }));
  }
  auto subcommands = app.get_subcommands({});
  if (!subcommands.empty()) out += "\nSubcommands\n";
  for (const auto* sub : subcommands) {
    auto description = sub->get_description();
    add_entry(out, sub->get_name(), description.substr(0, description.find('\n')));
  }
  if (!app.get_footer().empty()) out += "\n";
  add_paragraph(out, app.get_footer());
  return out;
}

}  // namespace lightstick::tools
