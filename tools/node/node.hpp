#pragma once

#include <memory>
#include <string>

#include "runtime/base/result.hpp"
#include "tools/config/node_config.hpp"

namespace lightstick::tools {

/// All parts of one node, wired together: store, coordination, log, actors, gateway. Owns them and their threads.
/// Not thread-safe: one owner, who starts and stops it.
class node {
 public:
  /// Serves on return. REQUIRES: `c` holds all required options. Errors: those of the part that could not start; the
  /// detail is a sentence for the operator. `invalid`, and whatever is wrong with the secret, is a matter of the
  /// configuration.
  [[nodiscard]] static result<std::unique_ptr<node>> start(const config::node_config& c);

  /// Tells clients to go, ends what is under way within the configuration's limits, closes the store. Idempotent.
  void stop();
  /// As `stop`.
  ~node();
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  /// Reads what may change while it runs (key set, certificate) now; returns at once. Thread: any, before `stop`.
  void read_files_again();

  /// With the ports really taken: "http://127.0.0.1:8080", https with TLS.
  [[nodiscard]] std::string client_url() const;
  [[nodiscard]] std::string admin_url() const;

 private:
  struct parts;
  explicit node(std::unique_ptr<parts> p);
  std::unique_ptr<parts> parts_;
};

}  // namespace lightstick::tools
