#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/http.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/token.hpp"
#include "tests/support/ws_client.hpp"

namespace lightstick::test {

/// A real node in a process of its own, with a data folder, a secret and ports of its own. A restart keeps all
/// three. One thread. The ports lie below the range for outgoing connections, so that nobody takes them meanwhile.
class node {
 public:
  /// Starts it and waits until it is ready. `options` are further words of its command line.
  explicit node(std::vector<std::string> options = {});

  // ---- its life ----
  /// Without waiting for it to be ready.
  void launch();
  void wait_ready();
  void start() {
    launch();
    wait_ready();
  }
  /// kill -9, and the end of the process.
  void crash();
  /// SIGTERM, and how it ended.
  process_end terminate();
  void restart() {
    crash();
    start();
  }
  [[nodiscard]] bool runs() { return !process_->ended().has_value(); }
  [[nodiscard]] test::process& process() { return *process_; }

  // ---- where it is ----
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::uint16_t admin_port() const noexcept { return admin_port_; }
  /// What it printed: "http://127.0.0.1:8080".
  [[nodiscard]] const std::string& url() const noexcept { return url_; }
  [[nodiscard]] const std::string& admin_url() const noexcept { return admin_url_; }
  [[nodiscard]] std::filesystem::path data() const { return folder_ / "data"; }
  [[nodiscard]] const temp_folder& folder() const noexcept { return folder_; }
  [[nodiscard]] std::filesystem::path secret_file() const { return folder_ / "secret"; }
  /// The end of what it wrote to standard error.
  [[nodiscard]] std::string log_tail(std::size_t bytes = 4'000) const;

  // ---- who may enter ----
  [[nodiscard]] const std::string& secret() const noexcept { return secret_; }
  [[nodiscard]] std::string token_of(const token_claims& claims) const { return make_token(secret_, claims); }
  [[nodiscard]] std::string token(const std::string& user, const std::string& role = {}) const;
  [[nodiscard]] ws_options to(encoding e) const { return {.dial = {.port = port_}, .encoding = e}; }
  /// A connection that has said hello and no more.
  [[nodiscard]] ws_client dial(encoding e) const { return ws_client(to(e)); }
  /// A connection that is logged in.
  [[nodiscard]] ws_client enter(encoding e, const std::string& user, const std::string& role = {},
                                const std::string& device = "d1") const;

  // ---- the admin listener ----
  [[nodiscard]] http_headers admin_headers() const;
  [[nodiscard]] http_response admin_get(const std::string& path) const;
  /// The sum of a metric over all its labels, or over those lines that hold `label`. Throws when there is none.
  [[nodiscard]] double metric(const std::string& name, const std::string& label = {}) const;

 private:
  temp_folder folder_;
  std::vector<std::string> options_;
  std::string secret_;
  std::uint16_t port_;
  std::uint16_t admin_port_;
  std::string url_;
  std::string admin_url_;
  std::unique_ptr<test::process> process_;
};

/// A port that nobody listens on now, outside of the range that outgoing connections take theirs from.
[[nodiscard]] std::uint16_t free_port(std::uint16_t but = 0);

}  // namespace lightstick::test
