#pragma once

#include <string>
#include <string_view>

#include "runtime/base/result.hpp"
#include "runtime/base/unique_function.hpp"

namespace lightstick::gateway {

/// Long works that an operator has the node do (back-ups, statistics, erasures), one at a time. Implemented in tools. Answers are
/// JSON: `{"job":1,"kind":"backup","state":"running","done_bytes":1,"total_bytes":9}`; state `done` comes with `text`
/// and `result`, state `failed` with `error`. Thread: any; never blocks.
class node_jobs {
 public:
  virtual ~node_jobs() = default;
  /// What came of a job, as one line; an error when it could not be done.
  using outcome_listener = unique_function<void(result<std::string>)>;
  /// Begins one; gives it as it stands. `order` is the JSON that came with the request. `ended`, when there is one, is
  /// called on the job's thread before the job is shown as ended, if it was begun. Errors: not_found (no such kind),
  /// invalid (the order), overloaded (one is under way; the detail says which), unavailable (not yet, or no more).
  [[nodiscard]] virtual result<std::string> start(std::string_view kind, std::string_view order,
                                                  outcome_listener ended) = 0;
  /// The last one of that kind. Errors: not_found (no such kind, or none was begun since the node started).
  [[nodiscard]] virtual result<std::string> status(std::string_view kind) const = 0;
};

}  // namespace lightstick::gateway
