// The calls of `lightstick admin` that change something: each is in the node's audit journal.
#include <CLI/CLI.hpp>
#include <sstream>

#include "gateway/wire/json.hpp"
#include "runtime/base/clock.hpp"
#include "tools/admin/admin_call.hpp"
#include "tools/admin/views.hpp"
#include "tools/text/units.hpp"

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

/// "2026-12-31", UTC, or "30d" from now. Errors: invalid.
result<std::int64_t> until_of(const std::string& text) {
  const auto wrong = [&] {
    return fail(errc::invalid,
                "--until: must be a day as 2026-12-31 or a duration from now as 30d, not \"" + text + "\"");
  };
  if (auto from_now = text::parse_duration(text)) return system_clock_source().wall().value + from_now->count();
  std::istringstream in(text);
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  char dash = 0;
  char other = 0;
  in >> year >> dash >> month >> other >> day;
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
  if (!in || !in.eof() || dash != '-' || other != '-' || !date.ok()) return wrong();
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::sys_days{date}.time_since_epoch()).count();
}

class revoke_call final : public admin_call {
 public:
  CLI::App& declare(CLI::App& admin) override {
    auto* app = admin.add_subcommand("revoke",
                                     "Takes tokens back: all that a user has now, or one by its `jti`. Whoever is "
                                     "connected with one is closed with 4001 on every device.");
    app->add_option("what", what_, "user/NAME or jti/ID.")->type_name("WHAT");
    app->add_option(
           "--until", until_,
           "When it may be forgotten, not before the tokens have ended: a day as 2026-12-31 (UTC), or a duration "
           "from now as 30d. Default: 366d.")
        ->type_name("TIME");
    return *app;
  }
  [[nodiscard]] result<void> check() const override {
    const bool user = what_.starts_with(user_prefix) && what_.size() > user_prefix.size();
    const bool jti = what_.starts_with(jti_prefix) && what_.size() > jti_prefix.size();
    if (!user && !jti) {
      return fail(errc::invalid, "revoke takes user/NAME or jti/ID" + (what_.empty() ? "" : ", not \"" + what_ + "\""));
    }
    if (until_.empty()) return {};
    auto until = until_of(until_);
    return until ? result<void>{} : fail(std::move(until.error()));
  }
  exit_code run(const admin_client& client, const admin_output& out) override {
    const bool user = what_.starts_with(user_prefix);
    std::string order;
    gateway::wire::json_writer w(order);
    w.begin_map(2);
    w.key(user ? "user" : "jti");
    w.string(what_.substr((user ? user_prefix : jti_prefix).size()));
    if (const auto until = until_of(until_)) {
      w.key("until_ts");
      w.number(*until);
    }
    w.end_map();
    return out.print(client.post("/v1/admin/revoke", std::move(order)), show_changed);
  }

 private:
  static constexpr std::string_view user_prefix = "user/";
  static constexpr std::string_view jti_prefix = "jti/";
  std::string what_;
  std::string until_;
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
  to.push_back(std::make_unique<revoke_call>());
  to.push_back(std::make_unique<letters_call>());
}

}  // namespace lightstick::tools
