#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "runtime/base/metrics.hpp"
#include "runtime/fields_codec.hpp"
#include "runtime/kind_options.hpp"

/// The contract of `deadletters/node`: commands that made their actor fail again and again, kept until an operator has
/// looked at them. Durable.
///
/// Bounds: `letters_max` letters, the oldest goes for a new one (`lightstick_dead_letters_forgotten_total`); the bytes of a
/// command up to `bytes_max`, a longer one is described only.
namespace lightstick::runtime::dead_letters {

inline constexpr const char* kind = "deadletters";
inline constexpr const char* key = "node";
inline constexpr std::size_t letters_max = 1'000;
inline constexpr std::size_t bytes_max = 256U << 10U;

struct brief {
  std::uint64_t id = 0;  ///< dense from 1; 0 in a `put`
  std::string actor_kind;
  std::string actor_key;
  std::string command;  ///< as its kind describes it
  std::string error;
  wall_ms when;
  trace_id trace;
  std::uint32_t kills = 0;
  std::uint32_t bytes = 0;
  bool readable = false;  ///< the command itself is there and can be done again
  std::uint32_t replays = 0;
  static constexpr auto fields =
      std::tuple(&brief::id, &brief::actor_kind, &brief::actor_key, &brief::command, &brief::error, &brief::when,
                 &brief::trace, &brief::kills, &brief::bytes, &brief::readable, &brief::replays);
};

/// -> stored, when it is durable.
struct put {
  brief letter;
  std::string bytes;
};
struct stored {
  std::uint64_t id = 0;
};

/// -> listed, ascending ids.
struct list {
  std::uint64_t after = 0;
  std::uint32_t limit = 100;
};
struct listed {
  std::vector<brief> letters;
  bool more = false;
  std::uint64_t total = 0;
};

/// -> letter. Errors: not_found.
struct show {
  std::uint64_t id = 0;
};
struct letter {
  brief head;
  std::string bytes;
};

/// -> dropped, when it is durable. Errors: not_found.
struct drop {
  std::uint64_t id = 0;
};
struct dropped {};

/// Drops all letters to the actor `kind/key`, and those whose command names that key: as a text in its bytes, or as
/// `kind/key` in its description. -> dropped_of, when it is durable; the journal does not hold them any more.
struct drop_of {
  std::string actor_kind;
  std::string actor_key;
};
struct dropped_of {
  std::uint64_t letters = 0;
};

/// Does the command again and drops the letter when that went well. -> replayed. Errors: not_found, invalid (only
/// described), retryable (it is being done again already), what the actor answered, unknown.
struct replay {
  std::uint64_t id = 0;
};
struct replayed {};

/// How to read the commands of a kind; an error when it has no codec.
using decoder = std::function<result<message_ptr>(const std::string& actor_kind, std::string_view bytes)>;

[[nodiscard]] kind_options make_kind(decoder read, counter& forgotten);

}  // namespace lightstick::runtime::dead_letters
