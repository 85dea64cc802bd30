#pragma once

#include <rocksdb/db.h>
#include <array>
#include <memory>
#include <vector>

#include "lightstick/storage/engine.hpp"

namespace lightstick::storage::rocks {

/// One RocksDB. Thread: any.
class rocks_engine final : public engine {
 public:
  /// Takes over an opened database and its handles, by `family`.
  rocks_engine(std::unique_ptr<rocksdb::DB> db, std::vector<rocksdb::ColumnFamilyHandle*> handles);
  ~rocks_engine() override;

  [[nodiscard]] result<std::optional<std::string>> get(family f, std::string_view key) const override;
  [[nodiscard]] result<void> scan(const scan_range& range, const visitor& visit) const override;
  [[nodiscard]] result<void> write(std::span<const std::vector<write_op>> batches, bool sync) override;
  [[nodiscard]] result<void> resume() override;
  [[nodiscard]] std::unique_ptr<engine_reader> view() const override;

 private:
  class snapshot_view;
  [[nodiscard]] rocksdb::ColumnFamilyHandle* handle(family f) const { return handles_.at(static_cast<std::size_t>(f)); }
  [[nodiscard]] result<std::optional<std::string>> get_at(const rocksdb::Snapshot* at, family f,
                                                          std::string_view key) const;
  [[nodiscard]] result<void> scan_at(const rocksdb::Snapshot* at, const scan_range& range, const visitor& visit) const;

  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

}  // namespace lightstick::storage::rocks
