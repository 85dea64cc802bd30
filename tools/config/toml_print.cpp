#include <array>
#include <sstream>

#include "tools/config/option.hpp"
#include "tools/config/toml_file.hpp"
#include "tools/text/wrap.hpp"

namespace lightstick::tools::config {
namespace {

constexpr std::size_t comment_columns = 100;

std::string toml_string(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out = "\"";
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\u00";
      out += digits[byte >> 4U];
      out += digits[byte & 0xFU];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string value_text(const option& o, const std::vector<std::string>& texts) {
  if (o.written_as == form::list) {
    std::string out = "[";
    for (const auto& text : texts) out += (out.size() > 1 ? ", " : "") + toml_string(text);
    return out + "]";
  }
  auto bare = o.written_as == form::flag || o.written_as == form::number;
  return bare ? texts.front() : toml_string(texts.front());
}

void print_option(std::string& out, const option& o, const node_config& c) {
  static const node_config defaults;
  auto value = o.get(c);
  std::string facts = "Required.";
  if (!o.required) {
    facts = o.allowed.empty() ? "Any text." : "Allowed: " + o.allowed + ".";
    facts += " Default: " + value_text(o, o.get(defaults)) + ".";
  }
  facts += " Flag: " + o.flag() + ".";
  for (const auto& paragraph : {o.help, facts}) {
    for (const auto& line : text::wrap(paragraph, comment_columns - 2)) out += "# " + line + "\n";
  }
  auto missing = value.empty() && o.written_as != form::list;
  out += missing ? "#" + std::string(o.key()) + " = \"...\"\n"
                 : std::string(o.key()) + " = " + value_text(o, value) + "\n";
}

}  // namespace

std::string print_toml(const node_config& c) {
  std::string out =
      "# Configuration of a Lightstick node: lightstick node --config FILE\n"
      "# Every key may be left out; every key is also a flag, which wins over this file.\n"
      "# Durations: 500ms 25s 5m 12h 7d. Sizes: 65536 64KiB 1MiB 2GiB. Rates: \"5/s burst 20\", \"unlimited\".\n";
  std::string_view section;
  for (const auto& o : options()) {
    out += "\n";
    if (o.section() != section) {
      section = o.section();
      out += "[" + std::string(section) + "]\n";
    }
    print_option(out, o, c);
  }
  return out;
}

}  // namespace lightstick::tools::config
