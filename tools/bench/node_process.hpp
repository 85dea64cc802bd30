#pragma once

#include <sys/types.h>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "runtime/base/result.hpp"

namespace lightstick::tools::bench {

/// A node of this program beside this process, on ports that are free. Ends with SIGTERM when this goes, and
/// when this process does, however it ends. Thread: one that lives as long as this.
class node_process {
 public:
  /// Returns when it has said `ready`. `options` follow its own. Errors: unavailable (it could not start, or said nothing
  /// within a minute).
  [[nodiscard]] static result<std::unique_ptr<node_process>> start(const std::filesystem::path& program,
                                                                   const std::filesystem::path& data,
                                                                   const std::filesystem::path& secret_file,
                                                                   const std::vector<std::string>& options = {});
  ~node_process();
  node_process(const node_process&) = delete;
  node_process& operator=(const node_process&) = delete;
  /// From before it was made until it said `ready`.
  [[nodiscard]] std::chrono::nanoseconds took() const noexcept { return took_; }
  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  /// Where clients come: "127.0.0.1:8080".
  [[nodiscard]] const std::string& address() const noexcept { return address_; }

 private:
  explicit node_process(pid_t pid) : pid_(pid) {}
  const pid_t pid_;
  std::chrono::nanoseconds took_{};
  std::string address_;
};

}  // namespace lightstick::tools::bench
