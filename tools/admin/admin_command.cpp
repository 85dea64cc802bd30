#include <CLI/CLI.hpp>
#include <iostream>

#include "tools/admin/admin_client.hpp"
#include "tools/admin/views.hpp"
#include "tools/command.hpp"

namespace lightstick::tools {
namespace {

constexpr std::uint32_t rows_max = 10'000;  // the node gives no more
constexpr std::uint32_t rows_default = 100;

/// An answer as the node gave it.
result<std::string> as_it_is(std::string_view body) { return std::string(body); }

class admin_command final : public command {
 public:
  CLI::App& declare(CLI::App& root) override {
    auto* app = root.add_subcommand("admin",
                                    "Asks a running node what it is doing.\n"
                                    "Needs a token of role admin: lightstick token --role admin. Changes nothing.");
    app->add_option("--node", node_, "What the node prints after `admin`, such as http://127.0.0.1:8081. Required.")
        ->type_name("URL")
        ->envname("LIGHTSTICK_NODE");
    app->add_option("--token-file", token_file_, "File that holds the token. Required.")
        ->type_name("FILE")
        ->envname("LIGHTSTICK_TOKEN_FILE");
    app->add_flag("--json", json_, "The node's answer as it is, instead of a table.");
    app->footer(
        "Options may stand before or after the subcommand.\n"
        "Example: lightstick admin --node http://127.0.0.1:8081 --token-file admin.token inspect room/lobby");
    actors_ = app->add_subcommand("actors", "The actors that are in memory, fullest mailbox first.");
    actors_->add_option("--kind", kind_, "Only of this kind: room, user or session.")->type_name("KIND");
    add_limit(*actors_);
    inspect_ = app->add_subcommand("inspect",
                                   "One actor: state, mailbox, offsets, epoch.\n"
                                   "Of one that is not in memory: what is stored of it. It is not activated for this.");
    inspect_->add_option("actor", actor_, "Its kind and key, as room/lobby or user/17.")->type_name("KIND/KEY");
    connections_ = app->add_subcommand("connections", "The clients that are connected.");
    add_limit(*connections_);
    metrics_ = app->add_subcommand("metrics", "All metrics, as Prometheus reads them from /metrics.");
    for (auto* sub : app->get_subcommands({})) sub->fallthrough();
    return *app;
  }

  exit_code run() override {
    if (node_.empty()) return complain(exit_code::usage, "--node URL is missing (or LIGHTSTICK_NODE)");
    if (token_file_.empty()) {
      return complain(exit_code::usage, "--token-file FILE is missing (or LIGHTSTICK_TOKEN_FILE)");
    }
    auto token = read_token_file(token_file_);
    if (!token) return complain(exit_code::usage, token.error().detail);
    auto client = admin_client::make(node_, std::move(*token));
    if (!client) return complain(exit_code::usage, client.error().detail);
    if (*actors_) return print(*client, "/v1/admin/actors?kind=" + percent_encode(kind_) + limit(), show_actors);
    if (*connections_) return print(*client, "/v1/admin/connections?" + limit(), show_connections);
    if (*metrics_) return print(*client, "/metrics", as_it_is);
    return inspect(*client);
  }

 private:
  void add_limit(CLI::App& app) {
    app.add_option("--limit", rows_, "At most so many rows, up to 10000.")
        ->type_name("NUMBER")
        ->check(CLI::Range(1U, rows_max))
        ->default_str(std::to_string(rows_default));
  }

  [[nodiscard]] std::string limit() const { return "&limit=" + std::to_string(rows_); }

  [[nodiscard]] exit_code inspect(const admin_client& client) const {
    auto slash = actor_.find('/');
    if (slash == std::string::npos || slash == 0 || slash + 1 == actor_.size()) {
      return complain(exit_code::usage, actor_.empty()
                                            ? "inspect takes an actor, as room/lobby"
                                            : "\"" + actor_ + "\" is no actor: write kind/key, as room/lobby");
    }
    return print(client, "/v1/admin/inspect?actor=" + percent_encode(actor_), show_inspection);
  }

  [[nodiscard]] exit_code print(const admin_client& client, const std::string& path,
                                result<std::string> (*show)(std::string_view)) const {
    auto body = client.get(path);
    if (!body && body.error().is(condition::not_found)) {
      return complain(exit_code::failed, "no actor " + actor_ + ": it is not in memory, and nothing is stored of it");
    }
    if (!body) return complain(exit_code::failed, body.error().detail);
    auto shown = json_ ? as_it_is(*body) : show(*body);
    if (!shown) return complain(exit_code::failed, shown.error().detail);
    std::cout << *shown << (shown->ends_with('\n') ? "" : "\n") << std::flush;
    return std::cout ? exit_code::ok : complain(exit_code::failed, "standard output cannot be written");
  }

  std::string node_;
  std::string token_file_;
  std::string kind_;
  std::string actor_;
  std::uint32_t rows_ = rows_default;
  bool json_ = false;
  CLI::App* actors_ = nullptr;
  CLI::App* inspect_ = nullptr;
  CLI::App* connections_ = nullptr;
  CLI::App* metrics_ = nullptr;
};

}  // namespace

std::unique_ptr<command> make_admin_command() { return std::make_unique<admin_command>(); }

}  // namespace lightstick::tools
