#include "tools/care/output.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>

#include "runtime/base/log.hpp"
#include "tools/care/reports.hpp"

namespace lightstick::tools {

void output_flags::declare(CLI::App& app, const std::string& what) {
  app.add_flag("--progress", progress, "Tells how far it is where standard error is no terminal, too.");
  app.add_flag("--json", json, what);
}

exit_code print(bool json, const std::string& text, const gateway::wire::value& tree) {
  std::cout << (json ? to_json(tree) + "\n" : text) << std::flush;
  return std::cout ? exit_code::ok : complain(exit_code::failed, "standard output cannot be written");
}

exit_code complain_of(const error& e, const std::string& way_out) {
  const auto named_wrongly = e.is(condition::invalid) || e.is(condition::not_found);
  return complain(named_wrongly ? exit_code::usage : exit_code::failed, sentence(e) + way_out);
}

std::string absolute(const std::string& path) {
  std::error_code failure;
  auto whole = std::filesystem::weakly_canonical(std::filesystem::absolute(path, failure), failure);
  return failure ? path : whole.string();
}

void quiet_log() { log::set_level(log::level::warn); }

}  // namespace lightstick::tools
