#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/base/result.hpp"
#include "storage/keys.hpp"
#include "storage/progress.hpp"
#include "storage/raw_view.hpp"

/// Which logs hold something, in pages of bounded size, without opening them.
namespace lightstick::storage {

struct log_search {
  std::string name_begin{};   ///< of the logs' names: "room/"
  std::string text{};  ///< these bytes in a row, in a value or in a key behind the log's name; empty: every log
  std::string cursor{};  ///< of the page before, or empty
  std::uint32_t logs_max = 64;  ///< in one page, at least 1
  std::uint64_t bytes_max = 64U << 20U;  ///< read for one page, which ends with the log that reaches it
  std::uint64_t bytes_per_second_max = 0;  ///< of records read; 0 = as fast as the disk is
};

struct found_logs {
  std::vector<log_id> logs;  ///< in the order of their keys. Damaged ones are among them: they may hold it
  std::uint64_t looked_at = 0;  ///< logs whose name begins so
  std::uint64_t bytes = 0;  ///< that were read
  std::uint64_t total_bytes = 0;  ///< about what all pages will read; first page only
  std::uint64_t damaged_stretches = 0;  ///< passed over: logs that nothing else is known of may be missing
  std::string cursor;  ///< where the next page begins
  bool more = false;
};

/// One page of a view. What was removed but is still in the files is not found, what a floor hides is. Errors: invalid,
/// io_failed, corrupt, stopping (`watch` said so, with the bytes of this page).
[[nodiscard]] result<found_logs> search_view(const raw_view& view, const log_search& what, const progress& watch);

/// Logs from `first` to `last`, both included, in the order of their keys.
struct log_span {
  log_id first;
  log_id last;
  friend bool operator==(const log_span&, const log_span&) = default;
};

/// Remembers logs as spans. Bound: `spans_max`; beyond it two neighbours each become one, with all that is between them.
class log_spans {
 public:
  static constexpr std::size_t spans_max = 64;
  /// REQUIRES: logs come in the order of their keys.
  void add(const log_id& log);
  [[nodiscard]] const std::vector<log_span>& all() const noexcept { return all_; }

 private:
  std::vector<log_span> all_;
};

}  // namespace lightstick::storage
