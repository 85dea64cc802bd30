#include "storage/rocks/open.hpp"

#include "storage/errc.hpp"
#include "storage/files.hpp"
#include "storage/rocks/check_files.hpp"
#include "storage/rocks/database.hpp"
#include "storage/rocks/disk_room.hpp"
#include "storage/rocks/engine.hpp"
#include "storage/rocks/record_file.hpp"
#include "storage/rocks/tuning.hpp"

namespace lightstick::storage::rocks {
namespace {

result<void> check(const std::filesystem::path& file, const std::string& what) {
  const auto damage = check_record_file(file).damage;
  if (!damage) return {};
  return fail(errc::corrupt, "the " + what + " " + file.string() + " is damaged: " + *damage +
                                 ". Nothing was changed, and `lightstick verify` tells more. Restore the last "
                                 "back-up, or ask for help with a copy of the folder");
}

/// RocksDB takes a record at the end whose length does not fit for one that a crash has torn, and drops it with all
/// that follows: of the log commits, of the manifest tables. One that was not torn is damage.
result<void> check_logs_and_manifest(const std::filesystem::path& folder) {
  result<void> logs;
  // RocksDB says what is wrong with a folder that cannot be read.
  (void)each_in(folder, [&](const std::filesystem::directory_entry& file) {
    if (logs && file.path().extension() == ".log") logs = check(file.path(), "write-ahead log");
  });
  if (!logs) return logs;
  // RocksDB itself refuses a folder without CURRENT, and one that names no manifest.
  auto manifest = current_manifest(folder);
  return manifest ? check(folder / *manifest, "manifest") : result<void>();
}

}  // namespace

result<std::unique_ptr<engine>> open(const open_options& o, const clock_source& clock) {
  if (auto room = check_disk_room(o, log_bytes(o)); !room) return fail(std::move(room.error()));
  // Another file system, as tests have, holds its files elsewhere.
  if (o.env == nullptr) {
    if (auto whole = check_logs_and_manifest(o.path); !whole) return fail(std::move(whole.error()));
  }
  auto cache = make_cache(o.memory_bytes);
  auto opened = database::open(o, database::access::read_write, cache, clock);
  if (!opened) return fail(std::move(opened.error()));
  return std::make_unique<rocks_engine>(std::move(*opened), o, std::move(cache), clock);
}

}  // namespace lightstick::storage::rocks
