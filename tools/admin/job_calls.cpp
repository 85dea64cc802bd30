// The calls of `lightstick admin` that have a node go through all its rooms. Each is in the node's audit journal.
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <iostream>

#include "tools/admin/admin_call.hpp"
#include "tools/care/node_jobs.hpp"
#include "tools/care/output.hpp"

namespace lightstick::tools {
namespace {

namespace wire = gateway::wire;

class erase_call final : public admin_call {
 public:
  CLI::App& declare(CLI::App& admin) override {
    auto* app = admin.add_subcommand(
        "erase",
        "Takes away what a user has said, from every room of the node, for good.\n"
        "Offsets and times stay. The user's rooms and read cursors, and commands of the user that were set aside, go "
        "too. No answer shows anything of it from then on, and at the end no file of the node holds it; back-ups that "
        "were made before do, until they go. What the user says meanwhile or afterwards stays. Clients that show a "
        "message already are not told.\n"
        "A node that stops ends the work. Begin it again then, with --all-files: erasing twice harms nothing.");
    app->add_option("user", user_, "The user, as user/17.")->type_name("user/NAME");
    app->add_flag("--yes", yes_, "Without asking. Required where there is no terminal.");
    app->add_flag("--all-files", all_files_,
                  "Writes all tables of the node anew, not those of the user's rooms alone. It takes as much room on "
                  "the disk and about as long as a back-up.");
    app->add_flag("--progress", progress_, "Tells how far it is where standard error is no terminal, too.");
    app->footer("Example: lightstick admin erase user/17 --yes");
    return *app;
  }

  [[nodiscard]] result<void> check() const override {
    if (auto fit = check_actor_name("erase", user_); !fit) {
      return fail(errc::invalid, "erase takes a user, as user/17");
    }
    if (!user_.starts_with("user/")) {
      return fail(errc::invalid, "\"" + user_ + "\" is no user: write user/NAME, as user/17");
    }
    if (!yes_ && (::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0)) {
      return fail(errc::invalid, "nothing brings back what is erased: add --yes if " + user_ + " is meant");
    }
    return {};
  }

  exit_code run(const admin_client& client, const admin_output& out) override {
    if (!yes_ && !confirmed()) return complain(exit_code::failed, "nothing was erased");
    wire::map order{{"actor", wire::value(user_)}};
    if (all_files_) order.push_back({"all_files", wire::value(true)});
    progress_line progress("erase", progress_);
    auto done = run_on_node(client, "erase", wire::value(std::move(order)), progress);
    if (!done) return complain(exit_code::failed, sentence(done.error()));
    return print(out.json, done->text, done->result);
  }

 private:
  [[nodiscard]] bool confirmed() const {
    std::cerr << "This takes away all that " << user_ << " has said, for good. Write " << user_ << " to go on: ";
    std::string answer;
    return std::getline(std::cin, answer) && answer == user_;
  }

  std::string user_;
  bool yes_ = false;
  bool all_files_ = false;
  bool progress_ = false;
};

class trim_call final : public admin_call {
 public:
  CLI::App& declare(CLI::App& admin) override {
    auto* app = admin.add_subcommand(
        "trim",
        "Has every room of the node let go of history that is over.\n"
        "Once after room.retention_age or room.retention_bytes was set or made smaller: rooms that nobody comes to do "
        "not know of it before. Rooms are made active one after another and taken off again.");
    app->add_flag("--progress", progress_, "Tells how far it is where standard error is no terminal, too.");
    return *app;
  }
  exit_code run(const admin_client& client, const admin_output& out) override {
    progress_line progress("trim", progress_);
    auto done = run_on_node(client, "trim", wire::value(wire::map{}), progress);
    if (!done) return complain(exit_code::failed, sentence(done.error()));
    return print(out.json, done->text, done->result);
  }

 private:
  bool progress_ = false;
};

}  // namespace

void add_job_calls(admin_calls& to) {
  to.push_back(std::make_unique<erase_call>());
  to.push_back(std::make_unique<trim_call>());
}

}  // namespace lightstick::tools
