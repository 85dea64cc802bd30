#include <CLI/CLI.hpp>

#include "storage/backup.hpp"
#include "tools/care/output.hpp"
#include "tools/care/progress_line.hpp"
#include "tools/care/reports.hpp"
#include "tools/command.hpp"
#include "tools/text/units.hpp"

namespace lightstick::tools {
namespace {

class restore_command final : public command {
 public:
  CLI::App& declare(CLI::App& root) override {
    auto* app = root.add_subcommand("restore",
                                    "Makes a data folder of a back-up.\n"
                                    "Into a new or empty folder only. Every file is checked. What was acknowledged "
                                    "after the back-up was made is lost; clients are told to read again. Cut short, it "
                                    "leaves no data folder: run it again.");
    app->add_option("folder", folder_, "The folder of back-ups.")->type_name("BACKUP_DIR");
    app->add_option("--to", to_, "The data folder to make. Required.")->type_name("DATA_DIR");
    app->add_option("--id", id_, "Which one, as `lightstick backups` lists them. Default: the newest.")
        ->type_name("NUMBER");
    shown_.declare(*app, "The outcome as JSON.");
    app->footer("Example: lightstick restore /backups/n1 --to data.new");
    return *app;
  }

  exit_code run() override {
    quiet_log();
    if (folder_.empty()) return complain(exit_code::usage, "name the folder of back-ups");
    if (to_.empty()) return complain(exit_code::usage, "--to DATA_DIR is missing");
    std::optional<std::uint32_t> id;
    if (!id_.empty()) {
      auto number = text::parse_number(id_);
      if (!number || *number > UINT32_MAX) return complain(exit_code::usage, "--id: a number, see lightstick backups");
      id = static_cast<std::uint32_t>(*number);
    }
    progress_line progress("restore", shown_.progress);
    auto done = storage::restore_backup(folder_, id, to_, progress.watch());
    if (!done) return complain_of(done.error());
    return print(shown_.json, to_text(*done, to_), to_value(*done));
  }

 private:
  std::string folder_;
  std::string to_;
  std::string id_;
  output_flags shown_;
};

}  // namespace

std::unique_ptr<command> make_restore_command() { return std::make_unique<restore_command>(); }

}  // namespace lightstick::tools
