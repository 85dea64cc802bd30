#pragma once

#include <string>
#include <string_view>

#include "gateway/auth/key_keeper.hpp"

namespace lightstick::gateway::auth {

/// Where a key set is published.
struct key_place {
  std::string from{};     ///< a file, or an http:// or https:// URL; empty: nowhere
  std::string ca_file{};  ///< PEM: who may vouch for an https host; empty: those whom the system trusts
  key_times times{};      ///< of a URL; a file is looked at once a second

  [[nodiscard]] bool is_url() const noexcept { return from.starts_with("http://") || from.starts_with("https://"); }
};

/// The key set in a file. Errors: invalid (unreadable, too long, no key set), naming the file.
[[nodiscard]] result<key_set> read_key_file(const std::string& path);

/// How long an answer may be kept, by its Cache-Control (RFC 9111 5.2.2): 0 for no-store and no-cache, nothing when it
/// does not say.
[[nodiscard]] std::optional<std::chrono::seconds> max_age_of(std::string_view cache_control);

/// The keeper of this place's keys; `registry` and `clock` outlive it. REQUIRES: `place` is somewhere.
/// A look at a file reads it only when it has changed; one at a URL takes at most 5 s and `key_set::bytes_max`.
[[nodiscard]] std::unique_ptr<key_keeper> keep_keys(const key_place& place, const clock_source& clock,
                                                    metrics& registry);

}  // namespace lightstick::gateway::auth
