#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/base/result.hpp"
#include "storage/raw_view.hpp"

/// Goes through all logs of a store once, with everything that belongs to each, in constant memory: one cursor a
/// family, side by side, since all sort by log.
namespace lightstick::storage {

/// Whether keys of the family begin with a log prefix.
[[nodiscard]] bool belongs_to_logs(family f) noexcept;

/// Told what the walk meets. Calls come in this order: `begin`, records and gaps family by family (snapshots first, then
/// in the order of `family`), each family's by key, `end`; strays between logs.
class log_visitor {
 public:
  virtual ~log_visitor() = default;
  virtual void begin(const log_id& log, std::string_view prefix) = 0;
  virtual void record(family f, std::string_view key, std::string_view value) = 0;
  /// Keys of this log that cannot be read; the gap's ends are keys of this log, or empty and nothing.
  virtual void unreadable(family f, const key_gap& gap) = 0;
  virtual void end() = 0;
  /// A key that begins with no log prefix.
  virtual void stray(family f, std::string_view key) = 0;
  /// A stretch of a family that was passed over: of logs that nothing else is known of, nothing is told.
  virtual void passed_over(family f, const key_gap& gap) = 0;
  /// Asked once a log, and every few thousand records; false ends the walk. `bytes`: of keys and values so far.
  [[nodiscard]] virtual bool go_on(std::uint64_t bytes) = 0;
};

/// From the first log whose prefix is not below `from`. Errors: stopping (`go_on` said so, or the view's owner wants it
/// back).
[[nodiscard]] result<void> walk_logs(const raw_view& view, log_visitor& visitor, const std::string& from = {});

}  // namespace lightstick::storage
