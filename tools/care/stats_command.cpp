#include <CLI/CLI.hpp>

#include "storage/errc.hpp"
#include "storage/stats.hpp"
#include "tools/care/node_jobs.hpp"
#include "tools/care/output.hpp"
#include "tools/care/reports.hpp"
#include "tools/care/running_node.hpp"
#include "tools/command.hpp"

namespace lightstick::tools {
namespace {

namespace wire = gateway::wire;

class stats_command final : public command {
 public:
  CLI::App& declare(CLI::App& root) override {
    auto* app = root.add_subcommand("stats",
                                    "What takes how much room in a data folder.\n"
                                    "Families, kinds of actors and the largest actors. Reads all of it; changes "
                                    "nothing. Of a node that runs with --node.");
    app->add_option("data", data_, "The data folder. With --node it may be left out.")->type_name("DATA_DIR");
    app->add_option("--top", top_, "So many of the largest actors, up to 10000.")
        ->type_name("NUMBER")
        ->check(CLI::Range(0U, static_cast<unsigned>(storage::store_stats::top_max)))
        ->default_str("10");
    app->add_option("--backups", backups_, "Says what this folder of back-ups holds, too.")->type_name("BACKUP_DIR");
    node_.declare(*app);
    shown_.declare(*app, "As JSON.");
    app->footer(
        "`raw` is keys and values before compression.\n"
        "Examples:\n"
        "  lightstick stats data --top 20\n"
        "  lightstick stats --node http://127.0.0.1:8081 --token-file admin.token");
    return *app;
  }

  exit_code run() override {
    quiet_log();
    progress_line progress("stats", shown_.progress);
    auto found = node_.named() ? by_node(progress) : here(progress);
    if (!found) {
      const auto in_use = found.error().code == storage::errc::locked;
      return complain_of(found.error(), in_use ? running_node::hint() : "");
    }
    if (!backups_.empty()) {
      auto list = storage::list_backups(backups_);
      if (!list) return complain_of(list.error());
      found->text += "\nback-ups in " + backups_ + "\n" + to_text(*list, system_clock_source().wall());
      if (auto* fields = found->result.as<wire::map>()) fields->push_back({"backups", to_value(*list)});
    }
    return print(shown_.json, found->text, found->result);
  }

 private:
  [[nodiscard]] result<job_outcome> here(progress_line& progress) const {
    if (data_.empty()) return fail(errc::invalid, "name the data folder, or a running node with --node URL");
    storage::stats_order order;
    order.top = top_;
    auto stats = storage::stats_of_folder(data_, order, progress.watch());
    if (!stats) return fail(std::move(stats.error()));
    return job_outcome{to_text(*stats), to_value(*stats)};
  }

  [[nodiscard]] result<job_outcome> by_node(progress_line& progress) const {
    auto client = node_.client();
    if (!client) return fail(std::move(client.error()));
    wire::map order{{"top", wire::value(std::uint64_t{top_})}};
    return run_on_node(*client, "stats", wire::value(std::move(order)), progress);
  }

  std::string data_;
  std::string backups_;
  std::uint32_t top_ = 10;
  running_node node_;
  output_flags shown_;
};

}  // namespace

std::unique_ptr<command> make_stats_command() { return std::make_unique<stats_command>(); }

}  // namespace lightstick::tools
