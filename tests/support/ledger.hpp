#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/ws_client.hpp"

/// What was said and what is there, compared. Pure: a crash test's judgement, tested on its own.
namespace lightstick::test {

/// The answer to a publish.
struct receipt {
  std::uint64_t off = 0;
  std::int64_t ts = 0;
  friend bool operator==(const receipt&, const receipt&) = default;
};

/// One publish of one publisher; texts are unique.
struct remark {
  std::string room;
  std::string text;
  std::string cid;
  std::optional<receipt> committed;  ///< none: no answer has come
};

/// Counts of what must not be, with the first few told.
struct findings {
  std::uint64_t lost = 0;       ///< answered committed and not there
  std::uint64_t doubled = 0;    ///< there more than once
  std::uint64_t misplaced = 0;  ///< there, at another offset or time than was answered
  std::uint64_t strange = 0;    ///< there, and nobody said it (in that room)
  std::uint64_t gaps = 0;       ///< offsets that are not dense from 1
  std::uint64_t disordered = 0; ///< seen by a reader otherwise than in the history
  std::uint64_t changed = 0;    ///< a repeated cid got another answer than the first
  std::uint64_t broken = 0;     ///< anything else that kept the run from going on
  std::vector<std::string> told;

  void add(std::uint64_t findings::*count, const std::string& what);
  void add(const findings& other);
  [[nodiscard]] std::uint64_t total() const noexcept;
};

/// Offsets dense from 1, every answered remark once at its offset with its time, every other one at most once,
/// nothing else.
[[nodiscard]] findings compare(std::string_view room, const std::vector<remark>& said,
                               const std::vector<chat>& history);

/// `seen` is the beginning of the history, or all of it when `whole`.
[[nodiscard]] findings compare_reader(std::string_view reader, const std::vector<chat>& seen,
                                      const std::vector<chat>& history, bool whole);

}  // namespace lightstick::test
