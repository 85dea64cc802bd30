#include <CLI/CLI.hpp>
#include <boost/version.hpp>
#include <iostream>

#include "tools/command.hpp"
#include "tools/text/table.hpp"
#include "tools/version/loaded_libraries.hpp"
#include "tools/version/version.hpp"

namespace lightstick::tools {
namespace {

std::string boost_version() {
  return std::to_string(BOOST_VERSION / 100'000) + "." + std::to_string(BOOST_VERSION / 100 % 1'000) + "." +
         std::to_string(BOOST_VERSION % 100);
}

class version_command final : public command {
 public:
  CLI::App& declare(CLI::App& root) override {
    return *root.add_subcommand(
        "version",
        "Prints what this binary is made of.\n"
        "First line: `lightstick VERSION`. Then the commit, the compiler and the libraries, with "
        "the files of those that are loaded at run time.");
  }

  exit_code run() override {
    std::cout << "lightstick " << version() << '\n';
    text::table parts({{"part"}, {"version"}, {"file"}});
    parts.add({"commit", std::string(commit())});
    parts.add({"compiler", std::string(compiler())});
    parts.add({"boost", boost_version()});
    parts.add({"cli11", CLI11_VERSION});
    for (const auto& library : loaded_libraries()) parts.add({library.name, library.version, library.file});
    std::cout << parts.to_string() << std::flush;
    return exit_code::ok;
  }
};

}  // namespace

std::unique_ptr<command> make_version_command() { return std::make_unique<version_command>(); }

}  // namespace lightstick::tools
