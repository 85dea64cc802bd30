// The calls of `lightstick admin` that change something: each is in the node's audit journal.
#include <CLI/CLI.hpp>

#include "tools/admin/admin_call.hpp"
#include "tools/admin/views.hpp"

namespace lightstick::tools {
namespace {

class actor_change final : public admin_call {
 public:
  actor_change(std::string what, std::string help) : what_(std::move(what)), help_(std::move(help)) {}
  CLI::App& declare(CLI::App& admin) override {
    auto* app = admin.add_subcommand(what_, help_);
    add_actor(*app, actor_);
    return *app;
  }
  [[nodiscard]] result<void> check() const override { return check_actor_name(what_, actor_); }
  exit_code run(const admin_client& client, const admin_output& out) override {
    auto body = client.post("/v1/admin/" + what_ + "?actor=" + percent_encode(actor_), {});
    if (!body && body.error().is(condition::not_found)) {
      return complain(exit_code::failed, actor_ + " is not in memory: lightstick admin why " + actor_);
    }
    return out.print(body, show_changed);
  }

 private:
  std::string what_;
  std::string help_;
  std::string actor_;
};

class letters_call final : public admin_call {
 public:
  CLI::App& declare(CLI::App& admin) override {
    auto* app =
        admin.add_subcommand("deadletters", "Commands that made their actor fail again and again, and were set aside.");
    list_ = app->add_subcommand("list", "What there is, the oldest first.");
    list_->add_option("--after", after_, "Only letters with a greater number, to page on.")->type_name("NUMBER");
    list_->add_option("--limit", rows_, "At most so many, up to 1000.")
        ->check(CLI::Range(1U, 1'000U))
        ->default_str("100");
    show_ = app->add_subcommand("show", "One of them, with the command's stored form.");
    replay_ = app->add_subcommand("replay", "Does the command again; the letter goes when that went well.");
    drop_ = app->add_subcommand("drop", "Forgets it.");
    for (auto* sub : {show_, replay_, drop_}) {
      sub->add_option("letter", id_, "Its number, as `list` shows it.")->type_name("NUMBER")->required();
    }
    app->require_subcommand(1);
    return *app;
  }
  exit_code run(const admin_client& client, const admin_output& out) override {
    if (*list_) {
      return out.print(
          client.get("/v1/admin/deadletters?after=" + std::to_string(after_) + "&limit=" + std::to_string(rows_)),
          show_letters);
    }
    const auto id = "?id=" + std::to_string(id_);
    const auto known = [&](result<std::string> body) {
      if (body || !body.error().is(condition::not_found)) return body;
      return result<std::string>(fail(errc::not_found, "there is no dead letter " + std::to_string(id_)));
    };
    if (*show_) return out.print(known(client.get("/v1/admin/deadletters/show" + id)), show_inspection);
    return out.print(
        known(client.post(std::string("/v1/admin/deadletters/") + (*replay_ ? "replay" : "drop") + id, {})),
        show_changed);
  }

 private:
  std::uint64_t after_ = 0;
  std::uint64_t id_ = 0;
  std::uint32_t rows_ = 100;
  CLI::App* list_ = nullptr;
  CLI::App* show_ = nullptr;
  CLI::App* replay_ = nullptr;
  CLI::App* drop_ = nullptr;
};

}  // namespace

void add_changing_calls(admin_calls& to) {
  to.push_back(std::make_unique<actor_change>(
      "passivate", "Takes an idle actor off the node now; it comes back when it is asked for."));
  to.push_back(std::make_unique<actor_change>(
      "restart", "Throws an actor's state away and reads its journal again; ends a quarantine."));
  to.push_back(std::make_unique<letters_call>());
}

}  // namespace lightstick::tools
