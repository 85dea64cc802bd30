#pragma once

#include <string>
#include <string_view>

#include "runtime/base/result.hpp"

namespace lightstick::gateway {

/// Long works that an operator has the node do (back-ups, statistics), one at a time. Implemented in tools. Answers are
/// JSON: `{"job":1,"kind":"backup","state":"running","done_bytes":1,"total_bytes":9}`; state `done` comes with `text`
/// and `result`, state `failed` with `error`. Thread: any; never blocks.
class node_jobs {
 public:
  virtual ~node_jobs() = default;
  /// Begins one; gives it as it stands. `order` is the JSON that came with the request. Errors: not_found (no such
  /// kind), invalid (the order), overloaded (one is under way; the detail says which).
  [[nodiscard]] virtual result<std::string> start(std::string_view kind, std::string_view order) = 0;
  /// The last one of that kind. Errors: not_found (no such kind, or none was begun since the node started).
  [[nodiscard]] virtual result<std::string> status(std::string_view kind) const = 0;
};

}  // namespace lightstick::gateway
