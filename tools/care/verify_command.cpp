#include <CLI/CLI.hpp>

#include "storage/errc.hpp"
#include "storage/verify.hpp"
#include "storage/verify_backups.hpp"
#include "tools/care/backups_report.hpp"
#include "tools/care/output.hpp"
#include "tools/care/progress_line.hpp"
#include "tools/care/reports.hpp"
#include "tools/command.hpp"

namespace lightstick::tools {
namespace {

class verify_command final : public command {
 public:
  CLI::App& declare(CLI::App& root) override {
    auto* app = root.add_subcommand("verify",
                                    "Reads a whole data folder, or a folder of back-ups, and names every damage.\n"
                                    "By file and by actor, with what is served in spite of it and what can be done. "
                                    "The folder must not be in use; nothing in it is changed. Of back-ups the checksum "
                                    "of every file is compared; what its records say is seen once it is restored.");
    app->add_option("data", data_, "The data folder, or the folder of back-ups.")->type_name("DIR");
    shown_.declare(*app, "As JSON.");
    app->footer(
        "Exit code: 0 no damage, 1 could not look, 2 wrong options, 3 damage was found.\n"
        "Examples:\n"
        "  lightstick verify data\n"
        "  lightstick verify /backups/n1");
    return *app;
  }

  exit_code run() override {
    quiet_log();
    if (data_.empty()) return complain(exit_code::usage, "name the data folder");
    progress_line progress("verify", shown_.progress);
    if (storage::holds_backups(data_)) return run_on_backups(progress);
    auto report = storage::verify_folder(data_, progress.watch());
    if (!report) {
      const auto in_use = report.error().code == storage::errc::locked;
      return complain_of(report.error(), in_use ? "; or verify a back-up of it: restore it elsewhere first" : "");
    }
    auto printed = print(shown_.json, to_text(*report, data_), to_value(*report));
    return printed == exit_code::ok && report->damage.count() > 0 ? exit_code::damaged : printed;
  }

 private:
  [[nodiscard]] exit_code run_on_backups(progress_line& progress) const {
    auto report = storage::verify_backups(data_, progress.watch());
    if (!report) return complain_of(report.error());
    auto printed = print(shown_.json, to_text(*report, data_), to_value(*report));
    return printed == exit_code::ok && report->damage.count() > 0 ? exit_code::damaged : printed;
  }

  std::string data_;
  output_flags shown_;
};

}  // namespace

std::unique_ptr<command> make_verify_command() { return std::make_unique<verify_command>(); }

}  // namespace lightstick::tools
