#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <iostream>
#include <thread>

#include "tools/admin/admin_call.hpp"
#include "tools/admin/views.hpp"

namespace lightstick::tools {
namespace {

constexpr std::chrono::milliseconds ask_every{250};
volatile std::sig_atomic_t interrupted = 0;

class tap_call final : public admin_call {
 public:
  CLI::App& declare(CLI::App& admin) override {
    auto* app = admin.add_subcommand("tap",
                                     "Shows the commands of one actor as it works on them, without what people wrote.\n"
                                     "Ends after --limit commands, or with Ctrl-C.");
    add_actor(*app, actor_);
    app->add_option("--one-in", one_in_, "Only every so many-th command.")
        ->check(CLI::Range(1U, 1'000'000U))
        ->default_str("1");
    app->add_option("--limit", limit_, "At most so many commands.")
        ->check(CLI::Range(1U, 1'000'000U))
        ->default_str("100");
    return *app;
  }
  [[nodiscard]] result<void> check() const override { return check_actor_name("tap", actor_); }
  exit_code run(const admin_client& client, const admin_output& out) override {
    auto opened = client.post("/v1/admin/tap/open?actor=" + percent_encode(actor_) +
                                  "&one_in=" + std::to_string(one_in_) + "&limit=" + std::to_string(limit_),
                              {});
    if (!opened) return complain(exit_code::failed, sentence(opened.error()));
    const auto id = tap_number(*opened);
    if (!id) return complain(exit_code::failed, sentence(id.error()));
    std::signal(SIGINT, [](int) { interrupted = 1; });
    while (interrupted == 0) {
      const auto body = client.get("/v1/admin/tap?id=" + std::to_string(*id));
      if (!body && body.error().is(condition::not_found)) return complain(exit_code::failed, "the tap was closed");
      if (!body) return complain(exit_code::failed, sentence(body.error()));
      const auto seen = show_tapped(*body);
      if (!seen) return complain(exit_code::failed, sentence(seen.error()));
      std::cout << (out.json ? *body + "\n" : seen->lines) << std::flush;
      if (!std::cout) return exit_code::failed;
      if (seen->ended) return exit_code::ok;
      std::this_thread::sleep_for(ask_every);
    }
    return exit_code::ok;
  }

 private:
  std::string actor_;
  std::uint32_t one_in_ = 1;
  std::uint32_t limit_ = 100;
};

}  // namespace

void add_tap_call(admin_calls& to) { to.push_back(std::make_unique<tap_call>()); }

}  // namespace lightstick::tools
