#include "tools/cli.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include "tools/command.hpp"
#include "tools/help.hpp"
#include "tools/text/nearest.hpp"
#include "tools/text/table.hpp"

namespace lightstick::tools {
namespace {

constexpr auto description = "Lightstick: chat rooms for fans, live, and nothing they said is lost.";
constexpr auto footer =
    "Help of one subcommand: lightstick SUBCOMMAND --help\n"
    "Exit code: 0 done, 1 could not be done, 2 wrong options or configuration; 3 verify found damage.";

/// What was asked for: the subcommands of the line, outermost first.
std::vector<const CLI::App*> chain_of(const CLI::App& root) {
  std::vector<const CLI::App*> chain{&root};
  while (!chain.back()->get_subcommands().empty()) chain.push_back(chain.back()->get_subcommands().back());
  return chain;
}

std::string line_of(const std::vector<const CLI::App*>& chain) {
  std::string line;
  for (const auto* app : chain) line += (line.empty() ? "" : " ") + app->get_name();
  return line;
}

exit_code wrong_usage(const std::vector<const CLI::App*>& chain, const std::string& message) {
  return complain(exit_code::usage, message + "\nTry: " + line_of(chain) + " --help");
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* o : app.get_options()) {
    for (const auto& name : o->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

exit_code unknown_option(const std::vector<const CLI::App*>& chain, const std::string& word) {
  auto name = word.substr(0, word.find('='));
  std::vector<std::string> known;
  for (const auto* app : chain) {
    for (const auto* sub : app->get_subcommands({})) {
      if (std::ranges::count(option_names(*sub), name) == 0) continue;
      return wrong_usage(chain, name + " is an option of " + sub->get_name() + " and has to stand after it");
    }
    std::ranges::move(option_names(*app), std::back_inserter(known));
  }
  return wrong_usage(chain, "unknown option " + text::printable(name) + text::did_you_mean(name, known));
}

/// Words that nobody took.
exit_code unknown(const std::vector<const CLI::App*>& chain, const std::vector<std::string>& left_over) {
  const auto& word = left_over.front();
  if (word.starts_with('-')) return unknown_option(chain, word);
  std::vector<std::string> known;
  for (const auto* sub : chain.back()->get_subcommands({})) known.push_back(sub->get_name());
  auto what = known.empty() ? "unexpected argument \"" : "unknown subcommand \"";
  return wrong_usage(chain, what + text::printable(word) + "\"" + text::did_you_mean(word, known));
}

void set_up(CLI::App& app) {
  app.allow_extras();
  app.formatter_fn([](const CLI::App* shown, const std::string& name, CLI::AppFormatMode mode) {
    return help_text(*shown, name, mode == CLI::AppFormatMode::All);
  });
  app.set_help_flag("-h,--help", "This text.");
  for (auto* sub : app.get_subcommands({})) set_up(*sub);
}

}  // namespace

int run(int argc, const char* const* argv) {
  std::array commands{make_node_command(),    make_token_command(),   make_admin_command(),  make_backup_command(),
                      make_backups_command(), make_restore_command(), make_verify_command(), make_stats_command(),
                      make_bench_command(),   make_version_command()};
  CLI::App root(description, "lightstick");
  root.footer(footer);
  std::array<CLI::App*, commands.size()> declared{};
  for (std::size_t i = 0; i < commands.size(); ++i) declared.at(i) = &commands.at(i)->declare(root);
  set_up(root);

  auto outcome = exit_code::ok;
  try {
    root.parse(argc, argv);
    auto chain = chain_of(root);
    auto left_over = root.remaining(true);
    if (!left_over.empty()) return static_cast<int>(unknown(chain, left_over));
    if (chain.size() == 1 || !chain.back()->get_subcommands({}).empty()) {
      std::cerr << root.help();
      return static_cast<int>(exit_code::usage);
    }
    for (std::size_t i = 0; i < commands.size(); ++i) {
      if (declared.at(i)->parsed()) outcome = commands.at(i)->run();
    }
  } catch (const CLI::CallForHelp&) {
    std::cout << root.help();
  } catch (const CLI::CallForAllHelp&) {
    std::cout << root.help("", CLI::AppFormatMode::All);
  } catch (const CLI::ParseError& e) {
    outcome = wrong_usage(chain_of(root), e.what());
  }
  return static_cast<int>(outcome);
}

}  // namespace lightstick::tools
