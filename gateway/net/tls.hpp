#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "gateway/file_stamp.hpp"
#include "gateway/gateway.hpp"
#include "gateway/net/asio.hpp"

namespace lightstick::gateway::net {

/// A server context for TLS 1.2 and newer with this certificate chain and key. Null when `files` names none.
/// Errors: invalid (only one file named, unreadable, not PEM, the key is of another certificate), naming the file.
[[nodiscard]] result<std::unique_ptr<asio::ssl::context>> make_tls(const tls_files& files);

/// What is shown to clients that connect from now on; those that are connected keep what they have seen.
/// Thread: `look` from one thread at a time, it reads files; all else from any. A pair of files that cannot be used
/// leaves the one in force, is tried again at each look, and told to the log once for each reason.
class tls_source {
 public:
  /// `clock` and `registry` outlive this. Errors: as `make_tls`.
  [[nodiscard]] static result<std::unique_ptr<tls_source>> make(const tls_files& files, const clock_source& clock,
                                                                metrics& registry);

  /// Without TLS there is never a context.
  [[nodiscard]] bool enabled() const noexcept { return !files_.certificate.empty(); }
  [[nodiscard]] std::shared_ptr<asio::ssl::context> context() const;
  /// Takes the files when one of them has changed.
  void look();

 private:
  using stamps = std::pair<std::optional<file_stamp>, std::optional<file_stamp>>;
  tls_source(const tls_files& files, const clock_source& clock, metrics& registry);
  [[nodiscard]] stamps stamps_now() const;
  void show_days_left();

  const tls_files files_;
  const clock_source& clock_;
  gauge* failing_ = nullptr;
  gauge* seconds_left_ = nullptr;
  counter* taken_ = nullptr;
  stamps seen_;
  std::string last_failure_;
  mutable std::mutex mutex_;
  std::shared_ptr<asio::ssl::context> context_;
};

}  // namespace lightstick::gateway::net
