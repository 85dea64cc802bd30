#include "tools/node/node_flags.hpp"

#include <CLI/CLI.hpp>

#include "tools/config/option.hpp"
#include "tools/help.hpp"

namespace lightstick::tools {
namespace {

using config::form;

std::string group_of(const config::option& o) {
  if (o.section().empty() || o.required) return "Where and who";
  return advanced_group_prefix + std::string(o.section()) + "]";
}

std::string help_of(const config::option& o) {
  auto help = o.help;
  if (!o.allowed.empty() && !o.required && o.written_as != form::flag) help += " Allowed: " + o.allowed + ".";
  if (o.required) help += " Required.";
  return help;
}

std::string default_of(const config::option& o) {
  static const config::node_config defaults;
  std::string out;
  for (const auto& text : o.get(defaults)) out += (out.empty() ? "" : ",") + text;
  return out;
}

}  // namespace

void node_flags::declare(CLI::App& app) {
  for (const auto& o : config::options()) {
    CLI::Option* added = nullptr;
    if (o.written_as == form::flag) {
      added = app.add_flag(o.flag())->description(help_of(o) + " Off with " + o.flag() + "=false.");
    } else {
      added = app.add_option(o.flag())->description(help_of(o))->type_name(o.placeholder)->expected(1);
    }
    if (o.written_as == form::list) {
      added->delimiter(',')->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    } else {
      added->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    }
    added->default_str(default_of(o))->group(group_of(o));
    flags_.emplace(o.name, added);
  }
}

std::vector<config::argument> node_flags::given() const {
  std::vector<config::argument> out;
  for (const auto& [name, flag] : flags_) {
    if (flag->count() > 0) out.push_back({name, flag->reduced_results()});
  }
  return out;
}

}  // namespace lightstick::tools
