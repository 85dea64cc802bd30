#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "runtime/base/result.hpp"
#include "runtime/base/unique_function.hpp"

namespace lightstick::tools {

/// Something to be asked of an actor. REQUIRES: `done` is called once, on any thread, even when the question is lost;
/// asking twice is as good as asking once.
using numbered_answer = unique_function<void(result<std::uint64_t>)>;
using question = std::function<void(numbered_answer done)>;

struct ask_limits {
  std::uint32_t under_way_max = 4;  ///< questions without an answer; the others wait
  std::uint32_t tries_max = 10;     ///< of one question; then the last error is its answer
  std::chrono::milliseconds first_pause{100};  ///< before the second try, doubling; longer when the error says so
  std::chrono::milliseconds pause_max{5'000};
};

struct answers {
  std::vector<result<std::uint64_t>> each;  ///< in the order of the questions
  std::uint64_t repeated = 0;               ///< tries after the first
};

/// Asks all of them and blocks until each has its answer. A question is asked again when it was `overloaded` or may
/// succeed later, other errors are answers. `go_on` is asked now and then. Errors: stopping (it said no; answers that
/// come later are dropped).
[[nodiscard]] result<answers> ask_all(const std::vector<question>& questions, const ask_limits& limits,
                                      const std::function<bool()>& go_on);

}  // namespace lightstick::tools
