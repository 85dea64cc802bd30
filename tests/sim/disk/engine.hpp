#pragma once

#include <array>
#include <memory>
#include <string>

#include "storage/engine.hpp"
#include "tests/sim/disk/disk.hpp"
#include "tests/sim/disk/scan_table.hpp"

namespace lightstick::sim {

/// Everything that an engine holds, by family and key.
using tables = std::array<memory_table, storage::family_count>;

/// The engine of the simulator: tables in memory, and on the disk a log of the batches that made them.
///
///     frame    length of the body (4) | checksum (8) | body
///     body     for each change: kind (1) | family (1) | length of the key (4) | key | length of the value (4) | value
///
/// The checksum is XXH3-64 of the body, seeded with the frame's place in the file. The log ends before the first frame
/// that is cut or does not match. At a start, and at a resume, the whole is written to a new file as one frame: what was
/// found then is durable, and the log is as long as what it holds and what came since.
///
/// Not thread-safe. A view costs a copy of the tables at the next write, when it still lives.
class engine final : public storage::engine {
 public:
  /// What a process does that starts on this disk. REQUIRES: the disk outlives the engine. Errors: disk_full, io_failed.
  [[nodiscard]] static result<std::unique_ptr<engine>> open(disk& on);

  /// A clean end, unless the disk failed or the process died: what was not synced is.
  ~engine() override;

  [[nodiscard]] result<std::optional<std::string>> get(storage::family f, std::string_view key) const override;
  [[nodiscard]] result<void> scan(const storage::scan_range& range, const storage::visitor& visit) const override;
  [[nodiscard]] result<void> write(std::span<const std::vector<storage::write_op>> batches, bool sync) override;
  [[nodiscard]] result<void> resume() override;
  [[nodiscard]] std::unique_ptr<storage::engine_reader> view() const override;

  /// Leaves out what nobody may see any more, as compactions do by the same rules: rows below a floor, marks that have
  /// ended. Durable on return. Errors: disk_full, io_failed; as after a failed write, a `resume` has to follow.
  [[nodiscard]] result<void> compact(std::int64_t now_ms);

 private:
  class reader;
  explicit engine(disk& on) : disk_(on) {}
  [[nodiscard]] result<void> load();

  disk& disk_;
  std::shared_ptr<tables> tables_;
  bool failed_ = false;
};

/// The log as bytes, and back. Pure.
[[nodiscard]] std::string encode_frame(std::span<const std::vector<storage::write_op>> batches, std::size_t place);
[[nodiscard]] std::string encode_tables(const tables& t);
struct decoded_log {
  tables contents;
  std::size_t whole_bytes = 0;  ///< of the frames that count
};
[[nodiscard]] decoded_log decode_log(std::string_view bytes);

}  // namespace lightstick::sim
