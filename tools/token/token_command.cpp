#include <CLI/CLI.hpp>
#include <iostream>

#include "gateway/auth/tokens.hpp"
#include "runtime/base/names.hpp"
#include "runtime/base/random.hpp"
#include "tools/command.hpp"
#include "tools/secret_file.hpp"
#include "tools/text/units.hpp"

namespace lightstick::tools {
namespace {

constexpr std::chrono::hours ttl_max{24 * 3'660};
constexpr std::size_t jti_bytes = 16;

class token_command final : public command {
 public:
  CLI::App& declare(CLI::App& root) override {
    auto* app =
        root.add_subcommand("token",
                            "Makes a token (JWT) and prints it alone.\n"
                            "Whoever has it is that user until it ends: `lightstick admin revoke` takes it back.");
    app->add_option("--secret-file", secret_file_, "The node's secret: what its --auth-secret-file names. Required.")
        ->type_name("FILE");
    app->add_option("--user", user_, "Id of the user, 1 to 128 bytes without control characters or '/'. Required.")
        ->type_name("USER");
    app->add_option("--name", name_, "The name that others see. Default: the user's id.")->type_name("NAME");
    app->add_option("--role", role_, "fan, artist, moderator or admin; the admin calls need admin.")
        ->type_name("ROLE")
        ->default_str("fan");
    app->add_option("--ttl", ttl_, "How long it is valid, as 500s, 30m, 12h or 7d; at least 1s.")
        ->type_name("DURATION")
        ->default_str("1h");
    app->add_option("--room", rooms_, "A room it lets into; may be given again. Default: all rooms.")
        ->type_name("ROOM")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    app->add_option(
           "--scope", scope_,
           "Makes a service's token, for the HTTP API alone: of rooms:read, rooms:write, publish, moderate those "
           "that it may, with blanks between. Default: none, a fan's token.")
        ->type_name("SCOPES");
    app->add_option("--audience", expected_.audience, "`aud`, for nodes with auth.audience.")->type_name("TEXT");
    app->add_option("--issuer", expected_.issuer, "`iss`, for nodes with auth.issuer.")->type_name("TEXT");
    app->footer("Example: lightstick token --secret-file secret --user 17 --name Mina --ttl 12h");
    return *app;
  }

  exit_code run() override {
    auto claims = checked();
    if (!claims) return complain(exit_code::usage, claims.error().detail);
    auto secret = load_secret(secret_file_);
    if (!secret) return complain(exit_code::usage, sentence(secret.error()));
    auto authority = gateway::auth::token_authority::make(std::move(*secret), expected_);
    if (!authority) return complain(exit_code::usage, sentence(authority.error()));
    std::cout << (*authority)->sign(*claims, system_clock_source().wall()) << '\n' << std::flush;
    if (!std::cout) return complain(exit_code::failed, "the token could not be written to standard output");
    return exit_code::ok;
  }

 private:
  [[nodiscard]] result<gateway::auth::claims> checked() const {
    if (secret_file_.empty()) return fail(errc::invalid, "--secret-file FILE is missing");
    if (user_.empty()) return fail(errc::invalid, "--user USER is missing");
    gateway::auth::claims c;
    if (auto ok = check_name(user_, "--user"); !ok) return fail(std::move(ok.error()));
    c.user = user_id{user_};
    c.name = name_.empty() ? user_ : name_;
    if (auto ok = check_name(c.name, "--name"); !ok) return fail(std::move(ok.error()));
    auto role = actors::parse_role(role_);
    if (!role) return fail(errc::invalid, "--role: must be fan, artist, moderator or admin, not \"" + role_ + "\"");
    c.as = *role;
    for (const auto& room : rooms_) {
      if (auto ok = check_name(room, "--room"); !ok) return fail(std::move(ok.error()));
    }
    c.rooms = rooms_;
    if (auto ok = gateway::auth::add_scopes(scope_, c.scopes); !ok) {
      return fail(errc::invalid, "--scope: " + ok.error().detail);
    }
    c.jti = random_hex(secure_random(), jti_bytes);
    auto ttl = text::parse_duration(ttl_);
    if (!ttl) return fail(errc::invalid, "--ttl: " + ttl.error().detail);
    if (*ttl < std::chrono::seconds{1} || *ttl > ttl_max) return fail(errc::invalid, "--ttl: must be 1s to 3660d");
    c.expires_ms = system_clock_source().wall().value + ttl->count();
    return c;
  }

  std::string secret_file_;
  std::string user_;
  std::string name_;
  std::string role_ = "fan";
  std::string ttl_ = "1h";
  std::vector<std::string> rooms_;
  std::string scope_;
  gateway::auth::expectations expected_;
};

}  // namespace

std::unique_ptr<command> make_token_command() { return std::make_unique<token_command>(); }

}  // namespace lightstick::tools
