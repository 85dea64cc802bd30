#pragma once

#include <string>
#include <vector>

#include "runtime/system.hpp"

/// A kind that is all about reminders. The contract of `bell/<name>`.
namespace lightstick::sim::bell {

inline constexpr const char* kind = "bell";
inline constexpr std::uint32_t rings_max = 8;  ///< beyond it `overloaded`

/// To ring at that time. A name is used once. -> done.
struct ring_at {
  std::string name;
  std::int64_t due_ms = 0;
  static constexpr auto fields = std::tuple(&ring_at::name, &ring_at::due_ms);
};
/// Not to ring. -> done.
struct hush {
  std::string name;
  static constexpr auto fields = std::tuple(&hush::name);
};
struct done {};

struct rung {
  std::string name;
  std::int64_t due_ms = 0;
  std::int64_t at_ms = 0;
  static constexpr auto fields = std::tuple(&rung::name, &rung::due_ms, &rung::at_ms);
};
/// -> heard_so_far.
struct listen {
  static constexpr auto fields = std::tuple<>();
};
struct heard_so_far {
  std::vector<rung> rings;
};

void register_kind(runtime::system& sys);

}  // namespace lightstick::sim::bell
