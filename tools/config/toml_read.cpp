#include <toml++/toml.h>
#include <algorithm>
#include <sstream>

#include "tools/config/option.hpp"
#include "tools/config/toml_file.hpp"
#include "tools/text/nearest.hpp"
#include "tools/text/table.hpp"

namespace lightstick::tools::config {
namespace {

constexpr std::size_t shown_bytes_max = 60;

class reader {
 public:
  reader(const std::string& file, toml_contents& out) : file_(file), out_(out) {}

  void read_table(const toml::table& table, const std::string& prefix) {
    std::vector<std::pair<toml::key, const toml::node*>> entries;
    for (const auto& [key, node] : table) entries.emplace_back(key, &node);
    std::ranges::sort(entries, {}, [](const auto& e) { return e.first.source().begin.line; });
    for (const auto& [key, node] : entries) {
      auto name = prefix + std::string(key.str());
      if (const auto* o = find_option(name)) {
        read_value(*o, *node);
      } else if (prefix.empty() && node->is_table() && is_section(name)) {
        read_table(*node->as_table(), name + ".");
      } else {
        report(key.source().begin.line, name, unknown(name, *node));
      }
    }
  }

 private:
  static bool is_section(std::string_view name) {
    return std::ranges::find(options(), name, &option::section) != options().end();
  }

  static std::string unknown(const std::string& name, const toml::node& node) {
    std::vector<std::string> known;
    for (const auto& o : options()) {
      if (!node.is_table()) {
        known.push_back(o.name);
      } else if (!o.section().empty() && (known.empty() || known.back() != o.section())) {
        known.emplace_back(o.section());
      }
    }
    if (node.is_table()) return "no such section" + text::did_you_mean(name, known);
    if (is_section(name)) return "is a section: write [" + name + "] on a line of its own, and its keys below";
    auto hint = text::did_you_mean(name, known);
    if (hint.empty()) hint = same_key_elsewhere(name);
    return "no such option" + hint;
  }

  /// For a key that is right in a section that is wrong.
  static std::string same_key_elsewhere(std::string_view name) {
    auto key = name.substr(name.find('.') == std::string_view::npos ? 0 : name.find('.') + 1);
    auto found = std::ranges::find(options(), key, &option::key);
    return found == options().end() ? "; all of them: lightstick node --print-config"
                                    : "; did you mean " + found->name + "?";
  }

  void read_value(const option& o, const toml::node& node) {
    auto line = node.source().begin.line;
    toml_setting setting{o.name, {}, line};
    if (!take(o, node, setting.texts)) {
      report(line, o.name, "must be " + (o.allowed.empty() ? "a text in quotes" : o.allowed) + ", not " + shown(node));
      return;
    }
    out_.settings.push_back(std::move(setting));
  }

  /// False when the TOML type is not that of the option's form.
  static bool take(const option& o, const toml::node& node, std::vector<std::string>& texts) {
    switch (o.written_as) {
      case form::flag:
        if (const auto* value = node.as_boolean()) texts.emplace_back(value->get() ? "true" : "false");
        return node.is_boolean();
      case form::number:
        if (const auto* value = node.as_integer()) texts.push_back(std::to_string(value->get()));
        return node.is_integer();
      case form::size:
        if (const auto* value = node.as_integer()) texts.push_back(std::to_string(value->get()));
        if (const auto* value = node.as_string()) texts.push_back(value->get());
        return !texts.empty();
      case form::duration:
      case form::rate:
      case form::text:
        if (const auto* value = node.as_string()) texts.push_back(value->get());
        return node.is_string();
      case form::list: {
        const auto* values = node.as_array();
        if (values == nullptr) return false;
        for (const auto& value : *values) {
          if (!value.is_string()) return false;
          texts.push_back(value.as_string()->get());
        }
        return true;
      }
    }
    return false;
  }

  static std::string shown(const toml::node& node) {
    if (node.is_table()) return "a table";
    std::ostringstream out;
    if (node.is_string()) return "\"" + text::printable(node.as_string()->get().substr(0, shown_bytes_max)) + "\"";
    node.visit([&](const auto& value) { out << value; });
    auto text = text::printable(out.str());
    if (text.size() > shown_bytes_max) text = text.substr(0, shown_bytes_max) + "...";
    return text;
  }

  void report(std::uint32_t line, const std::string& name, const std::string& what) {
    out_.problems.push_back({line, file_ + ":" + std::to_string(line) + ": " + text::printable(name) + ": " + what});
  }

  const std::string& file_;
  toml_contents& out_;
};

}  // namespace

toml_contents read_toml(std::string_view toml, const std::string& file) {
  toml_contents out;
  try {
    auto table = toml::parse(toml, file);
    reader(file, out).read_table(table, {});
  } catch (const toml::parse_error& e) {
    auto line = e.source().begin.line;
    out.problems.push_back(
        {line, file + ":" + std::to_string(line) + ": " + text::printable(std::string(e.description()))});
  }
  return out;
}

}  // namespace lightstick::tools::config
