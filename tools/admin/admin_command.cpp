#include <CLI/CLI.hpp>
#include <iostream>

#include "tools/admin/admin_call.hpp"
#include "tools/command.hpp"

namespace lightstick::tools {

exit_code admin_output::print(const result<std::string>& body, result<std::string> (*show)(std::string_view)) const {
  if (!body) return complain(exit_code::failed, sentence(body.error()));
  auto shown = json ? result<std::string>(*body) : show(*body);
  if (!shown) return complain(exit_code::failed, sentence(shown.error()));
  std::cout << *shown << (shown->ends_with('\n') ? "" : "\n") << std::flush;
  return std::cout ? exit_code::ok : complain(exit_code::failed, "standard output cannot be written");
}

void add_actor(CLI::App& app, std::string& actor) {
  app.add_option("actor", actor, "Its kind and key, as room/lobby or user/17.")->type_name("KIND/KEY");
}

result<void> check_actor_name(const std::string& what, const std::string& actor) {
  const auto slash = actor.find('/');
  if (slash != std::string::npos && slash != 0 && slash + 1 != actor.size()) return {};
  return fail(errc::invalid, actor.empty() ? what + " takes an actor, as room/lobby"
                                           : "\"" + actor + "\" is no actor: write kind/key, as room/lobby");
}

namespace {

class admin_command final : public command {
 public:
  admin_command() {
    add_looking_calls(calls_);
    add_tap_call(calls_);
    add_changing_calls(calls_);
    add_job_calls(calls_);
  }

  CLI::App& declare(CLI::App& root) override {
    auto* app = root.add_subcommand("admin",
                                    "Looks into a running node, and changes what its actors do.\n"
                                    "Needs a token of role admin: lightstick token --role admin.");
    app->add_option("--node", node_, "What the node prints after `admin`, such as http://127.0.0.1:8081. Required.")
        ->type_name("URL")
        ->envname("LIGHTSTICK_NODE");
    app->add_option("--token-file", token_file_, "File that holds the token. Required.")
        ->type_name("FILE")
        ->envname("LIGHTSTICK_TOKEN_FILE");
    app->add_flag("--json", out_.json, "The node's answer as it is, instead of a table.");
    app->footer(
        "Options may stand before or after the subcommand.\n"
        "Example: lightstick admin --node http://127.0.0.1:8081 --token-file admin.token inspect room/lobby");
    for (const auto& call : calls_) declared_.push_back(&call->declare(*app));
    let_through(*app);
    return *app;
  }

  exit_code run() override {
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      if (*declared_[i]) return run(*calls_[i]);
    }
    return complain(exit_code::usage, "admin takes a subcommand: lightstick admin --help");
  }

 private:
  static void let_through(CLI::App& app) {
    for (auto* sub : app.get_subcommands({})) {
      sub->fallthrough();
      let_through(*sub);
    }
  }

  exit_code run(admin_call& call) const {
    if (node_.empty()) return complain(exit_code::usage, "--node URL is missing (or LIGHTSTICK_NODE)");
    if (token_file_.empty()) {
      return complain(exit_code::usage, "--token-file FILE is missing (or LIGHTSTICK_TOKEN_FILE)");
    }
    if (auto fit = call.check(); !fit) return complain(exit_code::usage, fit.error().detail);
    auto token = read_token_file(token_file_);
    if (!token) return complain(exit_code::usage, token.error().detail);
    auto client = admin_client::make(node_, std::move(*token));
    if (!client) return complain(exit_code::usage, client.error().detail);
    return call.run(*client, out_);
  }

  admin_calls calls_;
  std::vector<CLI::App*> declared_;
  std::string node_;
  std::string token_file_;
  admin_output out_;
};

}  // namespace

std::unique_ptr<command> make_admin_command() { return std::make_unique<admin_command>(); }

}  // namespace lightstick::tools
