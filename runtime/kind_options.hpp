#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "runtime/base/thrown.hpp"
#include "runtime/logic.hpp"

namespace lightstick::runtime {

/// What happens to a command for which there is no place.
enum class overflow_policy : std::uint8_t {
  reject,       ///< it is overloaded, with a hint when to come again
  drop_oldest,  ///< the command that has waited longest is overloaded instead; reject when none waits
  keep_latest,  ///< it takes the place of a waiting one with the same `latest_key`, full or not; otherwise reject
};

struct restart_policy {
  std::chrono::milliseconds first{100};        ///< pause before the first restart; doubled with each further one
  std::chrono::milliseconds longest{10'000};   ///< up to a quarter more, so that actors do not come back together
  std::chrono::milliseconds forgotten_after{std::chrono::minutes{1}};  ///< without a failure: the count begins anew
  std::uint32_t kills_max = 3;                 ///< a command that was the end of so many is set aside
  std::uint32_t failures_max = 20;             ///< exceptions with no command done in between: quarantined
};

/// Commands as bytes, so that one that was set aside can be read and done again. What a kind has none for is
/// described only.
struct command_codec {
  std::function<std::optional<std::string>(const message&)> encode{};
  std::function<result<message_ptr>(std::string_view bytes)> decode{};
};

/// How the actors of one kind live.
struct kind_options {
  std::string name{};
  bool durable = false;  ///< has a journal; activated on demand

  std::uint32_t mailbox_max = 1024;  ///< commands accepted and not yet answered for
  overflow_policy overflow = overflow_policy::reject;
  /// For keep_latest: what makes two commands the same; empty = this one never takes another's place. Any thread.
  std::function<std::string(const message&)> latest_key{};
  std::chrono::milliseconds deadline{std::chrono::seconds{30}};  ///< of commands that bring none; 0 = none

  std::uint32_t asks_max = 256;   ///< open asks of one actor
  std::uint32_t timers_max = 64;  ///< timers of one actor
  std::uint32_t reminders_max = 64;

  std::chrono::milliseconds idle_after{std::chrono::minutes{2}};  ///< passivated when `passive()` for this long
  std::uint32_t snapshot_every = 256;          ///< events between snapshots,
  std::uint32_t snapshot_bytes = 1U << 20U;    ///< or their bytes, whichever is first: the bound of a replay
  std::chrono::milliseconds slow_after{std::chrono::seconds{1}};  ///< a call that runs longer is reported while it runs
  restart_policy restart{};

  command_codec codec{};
  /// A command for an operator's eyes, without what people wrote; its name when not given. Any thread.
  std::function<std::string(const message&)> describe{};
  [[nodiscard]] std::string described(const message& m) const {
    std::string out;
    if (describe && !thrown_by([&] { out = describe(m); })) return out;
    return name_of(m);
  }

  /// Durable kinds: makes the logic of a fresh activation. Called on any thread.
  std::function<std::unique_ptr<logic>(const actor_id&)> make{};
  /// Errors: unavailable, when `make` made none.
  [[nodiscard]] result<std::unique_ptr<logic>> made(const actor_id& id) const {
    std::unique_ptr<logic> out;
    const auto thrown = thrown_by([&] { out = make(id); });
    if (!out) return fail(errc::unavailable, id.to_string() + " could not be made: " + thrown.value_or("nothing came"));
    return out;
  }
};

}  // namespace lightstick::runtime
