#include <CLI/CLI.hpp>

#include "storage/store.hpp"
#include "tools/care/node_jobs.hpp"
#include "tools/care/output.hpp"
#include "tools/care/reports.hpp"
#include "tools/care/rule_options.hpp"
#include "tools/care/running_node.hpp"
#include "tools/command.hpp"
#include "tools/text/units.hpp"

namespace lightstick::tools {
namespace {

namespace wire = gateway::wire;

class backup_command final : public command {
 public:
  CLI::App& declare(CLI::App& root) override {
    auto* app = root.add_subcommand("backup",
                                    "Backs a data folder up.\n"
                                    "Only what is new since the last back-up in the same folder is copied. Of a node "
                                    "that runs with --node; it goes on serving. A folder that an older version "
                                    "wrote is not upgraded for it. An interrupted back-up leaves those "
                                    "before it whole.");
    app->add_option("data", data_, "The data folder. With --node it may be left out.")->type_name("DATA_DIR");
    app->add_option("--to", to_, "Folder for the back-ups of this one store, better on another disk. Required.")
        ->type_name("BACKUP_DIR");
    rule_.declare(*app);
    app->add_option("--rate", rate_, "At most so many bytes a second. Default: none, with --node 64MiB.")
        ->type_name("SIZE");
    node_.declare(*app);
    shown_.declare(*app, "The outcome as JSON.");
    app->footer(
        "What is there: lightstick backups BACKUP_DIR. Back again: lightstick restore BACKUP_DIR --to NEW_DIR\n"
        "Examples:\n"
        "  lightstick backup data --to /backups/n1 --keep-for 30d\n"
        "  lightstick backup --to /backups/n1 --node http://127.0.0.1:8081 --token-file admin.token");
    return *app;
  }

  exit_code run() override {
    quiet_log();
    if (to_.empty()) return complain(exit_code::usage, "--to BACKUP_DIR is missing");
    storage::backup_order order;
    order.to = absolute(to_);
    if (auto read = rule_.read(order); !read) return complain_of(read.error());
    if (!rate_.empty()) {
      auto rate = text::parse_size(rate_);
      if (!rate || *rate == 0) return complain(exit_code::usage, "--rate: bytes a second, as 50MiB");
      order.bytes_per_second_max = *rate;
    }
    progress_line progress("backup", shown_.progress);
    return node_.named() ? by_node(order, progress) : here(order, progress);
  }

 private:
  [[nodiscard]] exit_code here(const storage::backup_order& order, progress_line& progress) const {
    if (data_.empty()) return complain(exit_code::usage, "name the data folder, or a running node with --node URL");
    auto made = storage::back_up_folder(data_, order, system_clock_source(), progress.watch());
    if (!made) {
      const auto in_use = made.error().code == storage::errc::locked;
      return complain_of(made.error(), in_use ? running_node::hint() : "");
    }
    return print(shown_.json, to_text(*made, order.to), to_value(*made));
  }

  [[nodiscard]] exit_code by_node(const storage::backup_order& order, progress_line& progress) const {
    auto client = node_.client();
    if (!client) return complain_of(client.error());
    wire::map fields{{"to", wire::value(order.to.string())}};
    if (!data_.empty()) fields.push_back({"data", wire::value(absolute(data_))});
    if (order.keep) fields.push_back({"keep", wire::value(std::uint64_t{*order.keep})});
    if (order.keep_for) {
      fields.push_back({"keep_for_ms", wire::value(static_cast<std::uint64_t>(order.keep_for->count()))});
    }
    if (order.bytes_per_second_max > 0) {
      fields.push_back({"bytes_per_second", wire::value(order.bytes_per_second_max)});
    }
    auto done = run_on_node(*client, "backup", wire::value(std::move(fields)), progress);
    if (!done) return complain(exit_code::failed, sentence(done.error()));
    return print(shown_.json, done->text, done->result);
  }

  std::string data_;
  std::string to_;
  std::string rate_;
  rule_options rule_;
  running_node node_;
  output_flags shown_;
};

class backups_command final : public command {
 public:
  CLI::App& declare(CLI::App& root) override {
    auto* app = root.add_subcommand("backups",
                                    "Lists the back-ups in a folder.\n"
                                    "With --expire it first removes those that are over, but never the newest.");
    app->add_option("folder", folder_, "The folder of back-ups.")->type_name("BACKUP_DIR");
    app->add_flag("--expire", expire_, "Removes what is over, under the rule of the folder or the one given here.");
    rule_.declare(*app);
    app->add_flag("--json", json_, "As JSON.");
    app->footer("Example: lightstick backups /backups/n1 --expire --keep-for 7d");
    return *app;
  }

  exit_code run() override {
    quiet_log();
    if (folder_.empty()) return complain(exit_code::usage, "name the folder of back-ups");
    storage::backup_order rule;
    if (auto read = rule_.read(rule); !read) return complain_of(read.error());
    if (!expire_ && (rule.keep || rule.keep_for)) {
      return complain(exit_code::usage, "--keep and --keep-for remove back-ups: add --expire if that is meant");
    }
    const auto now = system_clock_source().wall();
    if (expire_) {
      if (auto removed = storage::expire_backups(folder_, rule, now); !removed) return complain_of(removed.error());
    }
    auto list = storage::list_backups(folder_);
    if (!list) return complain_of(list.error());
    return print(json_, to_text(*list, now), to_value(*list));
  }

 private:
  std::string folder_;
  rule_options rule_;
  bool expire_ = false;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<command> make_backup_command() { return std::make_unique<backup_command>(); }
std::unique_ptr<command> make_backups_command() { return std::make_unique<backups_command>(); }

}  // namespace lightstick::tools
