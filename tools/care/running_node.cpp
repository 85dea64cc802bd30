#include "tools/care/running_node.hpp"

#include <CLI/CLI.hpp>

namespace lightstick::tools {

void running_node::declare(CLI::App& app) {
  app.add_option("--node", url_, "Has the running node do it: what it prints after `admin`.")->type_name("URL");
  app.add_option("--token-file", token_file_, "With --node: file that holds a token of role admin.")
      ->type_name("FILE")
      ->envname("LIGHTSTICK_TOKEN_FILE");
}

result<admin_client> running_node::client() const {
  if (token_file_.empty()) return fail(errc::invalid, "--node needs --token-file FILE (or LIGHTSTICK_TOKEN_FILE)");
  auto token = read_token_file(token_file_);
  if (!token) return fail(std::move(token.error()));
  return admin_client::make(url_, std::move(*token));
}

std::string running_node::hint() {
  return "; or have that node do it: --node URL --token-file FILE (URL: what it prints after `admin`)";
}

}  // namespace lightstick::tools
