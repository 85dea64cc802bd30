#include "tools/care/finding_lines.hpp"

#include "tools/text/table.hpp"

namespace lightstick::tools {
namespace {

namespace wire = gateway::wire;

wire::member text_of(const char* key, const std::string& value) { return {key, wire::value(text::printable(value))}; }

}  // namespace

std::string finding_lines(const storage::findings& damage) {
  std::string out;
  for (const auto& f : damage.kept()) {
    out += text::printable(f.actor.empty() ? (f.file.empty() ? "the store" : f.file) : f.actor) + ": " +
           text::printable(f.what) + "\n  served: " + text::printable(f.served) +
           "\n  remedy: " + text::printable(f.remedy) + "\n";
  }
  if (damage.count() > damage.kept().size()) {
    out += "and " + std::to_string(damage.count() - damage.kept().size()) + " more\n";
  }
  return out;
}

void add_findings(wire::map& to, const storage::findings& damage) {
  wire::array all;
  for (const auto& f : damage.kept()) {
    all.emplace_back(wire::map{text_of("file", f.file), text_of("actor", f.actor), text_of("what", f.what),
                               text_of("served", f.served), text_of("remedy", f.remedy)});
  }
  to.push_back({"damaged", wire::value(damage.count())});
  to.push_back({"damage", wire::value(std::move(all))});
}

}  // namespace lightstick::tools
