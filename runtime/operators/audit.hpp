#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/fields_codec.hpp"
#include "runtime/kind_options.hpp"

/// The contract of `audit/node`: what operators changed, who and when. Durable; nothing in it is ever changed.
/// Bound: the last `entries_max` stay to be read.
namespace lightstick::runtime::audit {

inline constexpr const char* kind = "audit";
inline constexpr const char* key = "node";
inline constexpr std::uint64_t entries_max = 100'000;

struct entry {
  std::uint64_t number = 0;  ///< dense from 1; 0 in a `record`
  wall_ms when;
  std::string who;      ///< the user of the admin's token
  std::string from;     ///< address
  std::string what;     ///< "passivate"
  std::string target;   ///< "room/aurora"
  std::string outcome;  ///< "done", or the error
  static constexpr auto fields = std::tuple(&entry::number, &entry::when, &entry::who, &entry::from, &entry::what,
                                            &entry::target, &entry::outcome);
};

/// -> recorded, when it is durable.
struct record {
  entry what;
};
struct recorded {
  std::uint64_t number = 0;
};

/// The newest first, those before `before` (0: from the newest). -> listed.
struct list {
  std::uint64_t before = 0;
  std::uint32_t limit = 100;
};
struct listed {
  std::vector<entry> entries;
  bool more = false;
};

[[nodiscard]] kind_options make_kind();

}  // namespace lightstick::runtime::audit
