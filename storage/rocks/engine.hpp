#pragma once

#include <rocksdb/db.h>
#include <atomic>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "storage/engine.hpp"
#include "storage/rocks/database.hpp"

namespace lightstick::storage::rocks {

/// The engine over RocksDB. Thread: reads any; writes as `engine` says.
///
/// After a failed write the database is opened anew rather than resumed in place: it is the path that every crash takes
/// and every crash test covers, and it is the only one after an EIO, which RocksDB holds to be final.
class rocks_engine final : public engine {
 public:
  /// REQUIRES: `clock` and `how.env` outlive the engine.
  rocks_engine(std::unique_ptr<database> opened, open_options how, std::shared_ptr<rocksdb::Cache> cache,
               const clock_source& clock);
  ~rocks_engine() override;

  [[nodiscard]] result<std::optional<std::string>> get(family f, std::string_view key) const override;
  [[nodiscard]] result<void> scan(const scan_range& range, const visitor& visit) const override;
  [[nodiscard]] result<void> write(std::span<const std::vector<write_op>> batches, bool sync) override;
  [[nodiscard]] result<void> resume() override;
  [[nodiscard]] std::optional<engine_state> state() const override;
  [[nodiscard]] std::unique_ptr<engine_reader> view() const override;
  [[nodiscard]] result<backup_copied> back_up(const backup_copy& order) override;
  [[nodiscard]] result<void> rewrite(std::span<const key_span> spans, const std::function<bool()>& go_on) override;
  [[nodiscard]] std::unique_ptr<raw_view> raw() const override;

 private:
  class reader;
  [[nodiscard]] result<void> probe() const;
  /// Errors: io_failed, when nothing can be written before the next `resume`. REQUIRES: `using_` is held.
  [[nodiscard]] result<void> check_whole() const;

  open_options how_;
  std::shared_ptr<rocksdb::Cache> cache_;
  const clock_source& clock_;
  std::atomic<bool> failed_{false};  ///< a write failed since the database was opened
  std::mutex writing_;
  mutable std::shared_mutex using_;  ///< shared: uses `database_`; exclusive: replaces it
  std::atomic<bool> leaving_{false};  ///< `resume` waits: long uses of `database_` end
  std::unique_ptr<database> database_;  ///< null when it could not even be opened for reading
};

}  // namespace lightstick::storage::rocks
