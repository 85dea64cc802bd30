#pragma once

#include <string>
#include <vector>

#include "runtime/durable_log.hpp"

namespace lightstick::tools::bench {

/// A durable log that keeps nothing: every room has the same messages, every other actor is new, every append is
/// committed at once. So that what is measured over it is the actors' own. Thread: any.
class canned_log final : public runtime::durable_log {
 public:
  explicit canned_log(std::uint32_t messages);
  void recover(const actor_id& actor, unique_function<void(result<runtime::recovered_log>)> done) override;
  [[nodiscard]] result<void> accepts() const override { return {}; }
  [[nodiscard]] result<void> append(runtime::append_request request,
                                    std::shared_ptr<runtime::append_listener> listener) override;
  void release(const actor_id& /*actor*/) override {}
  void read_rows(const actor_id& actor, runtime::row_query query,
                 unique_function<void(result<runtime::row_page>)> done) override;
  void due_reminders(partition p, std::int64_t until_ms, std::string after_cursor, std::uint32_t entries_max,
                     unique_function<void(result<runtime::due_page>)> done) override;

 private:
  std::string snapshot_;
  std::vector<runtime::row> rows_;  ///< the newest first
};

}  // namespace lightstick::tools::bench
