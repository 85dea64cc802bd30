#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/base/clock.hpp"
#include "runtime/base/ids.hpp"
#include "runtime/base/result.hpp"
#include "storage/backup_label.hpp"
#include "storage/progress.hpp"

/// Back-ups of a store, in a folder of their own:
///
///     LIGHTSTICK-BACKUPS  whose back-ups these are, and how long they are kept
///     LOCK                held by whoever adds, removes or restores one
///     rocks/              RocksDB's own back-ups: tables are shared between them, so each costs what is new
///
/// A back-up holds everything that was committed when it began. It appears as a whole or not at all; those before are
/// never touched by one that fails.
namespace lightstick::storage {

class engine;
struct identity;

struct backup_order {
  std::filesystem::path to;                          ///< the back-up folder; its parent must exist
  std::optional<std::uint32_t> keep;                 ///< changes the folder's rule: so many stay, at least 1
  std::optional<std::chrono::milliseconds>
      keep_for; ///< changes the folder's rule: expire so long after they were made
  std::uint64_t bytes_per_second_max = 0;            ///< of what is copied; 0 = as fast as the disks are
};

struct backup_info {
  std::uint32_t id = 0;
  std::uint64_t size_bytes = 0;   ///< of all its files, shared ones included
  std::uint32_t files = 0;
  backup_label label;             ///< empty ids when it cannot be read
  std::int64_t expires_ms = 0;    ///< Unix epoch; 0 = never
};

struct backup_made {
  backup_info made;
  std::uint64_t new_bytes = 0;        ///< that it took on the disk
  std::uint32_t removed = 0;          ///< back-ups that the folder's rule ended
  std::optional<std::int64_t> oldest_expires_ms;  ///< of the oldest that is left; nothing when it never does
};

struct backup_list {
  std::string store_id;
  backup_rule rule;
  std::vector<backup_info> backups;         ///< oldest first
  std::vector<std::uint32_t> damaged;       ///< ids of those whose files are missing or have another size
  std::uint64_t disk_bytes = 0;
};

/// What a folder of back-ups holds; changes nothing. Errors: missing, not_a_store, newer_format, corrupt, io_failed.
[[nodiscard]] result<backup_list> list_backups(const std::filesystem::path& folder);

/// Changes the rule, where given, and removes what has expired under it at `now`, but never the newest. Gives how many.
/// Errors: as list_backups, and locked, not_permitted.
[[nodiscard]] result<std::uint32_t> expire_backups(const std::filesystem::path& folder, const backup_order& rule,
                                                   wall_ms now);

struct restored {
  backup_info from;
  std::string store_id;  ///< new: it is another disk
  lightstick::history_id history;  ///< new: clients read again what they had read, because offsets may be given anew
};

/// Makes a data folder of a back-up (the newest without `id`). `to` must be new or empty; until the end it is not taken
/// for a data folder. All files are checked against their checksums on the way. Durable on return. `folder` may be
/// read-only. Errors: as list_backups, and not_a_store, missing (no such back-up), corrupt (the back-up is damaged; the
/// detail names the file), locked, disk_full. What `watch` answers is not heeded.
[[nodiscard]] result<restored> restore_backup(const std::filesystem::path& folder, std::optional<std::uint32_t> id,
                                              const std::filesystem::path& to, const progress& watch);

/// Backs up a data folder that is not in use, as it is: one of an older format keeps it, and so does what is restored of
/// that. Errors: as store::open, which does not make one here, and store::back_up.
[[nodiscard]] result<backup_made> back_up_folder(const std::filesystem::path& data, const backup_order& order,
                                                 const clock_source& clock, const progress& watch);

/// For store::back_up, of the open store `who`, whose folder is `data` (empty: none).
[[nodiscard]] result<backup_made> back_up_engine(engine& disk, const identity& who, const std::filesystem::path& data,
                                                 const backup_order& order, wall_ms now, const progress& watch);

/// Whether `inside` is `folder` or lies in it, links followed.
[[nodiscard]] bool lies_in(const std::filesystem::path& inside, const std::filesystem::path& folder);

/// For store::back_up. An open folder of back-ups, locked.
class backup_folder {
 public:
  /// Opens the folder of `store_id`, and makes it when it is missing or empty. Errors: not_a_store (holds something
  /// else, or the back-ups of another store), locked, and as list_backups.
  [[nodiscard]] static result<backup_folder> open(const std::filesystem::path& path, const std::string& store_id);
  backup_folder(backup_folder&&) noexcept;
  ~backup_folder();

  [[nodiscard]] std::filesystem::path engine_path() const;
  [[nodiscard]] result<void> change_rule(const backup_order& order);
  /// Removes what has expired; gives how many.
  [[nodiscard]] result<std::uint32_t> expire(wall_ms now);
  [[nodiscard]] result<backup_list> list() const;

 private:
  friend result<std::uint32_t> expire_backups(const std::filesystem::path&, const backup_order&, wall_ms);
  struct parts;
  explicit backup_folder(std::unique_ptr<parts> p);
  [[nodiscard]] static result<backup_folder> open_existing(const std::filesystem::path& path);
  std::unique_ptr<parts> parts_;
};

}  // namespace lightstick::storage
