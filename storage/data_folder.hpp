#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "runtime/base/result.hpp"
#include "storage/files.hpp"

namespace lightstick::storage {

/// The folder of one node on disk, held under its lock:
///
///     LIGHTSTICK      says what this is, for people and for the next start: format and store id
///     LIGHTSTICK.new  the same, while the folder is being made
///     LIGHTSTICK.restoring  the same, while a back-up is being restored into it
///     LOCK            locked (flock) by the process that has the folder open; holds its process id
///     rocks/          the engine's files
///
/// A folder counts as made when LIGHTSTICK is there. A making that was cut short is begun again; a restoring that was
/// is refused, so that nobody starts with less than he thinks.
class data_folder {
 public:
  /// Locks the folder and looks at it; makes it when it is missing or empty and `create` is set.
  /// Errors: missing, not_a_store, newer_format, locked, not_permitted, disk_full, io_failed, corrupt.
  [[nodiscard]] static result<data_folder> open(const std::filesystem::path& path, bool create);
  /// Locks a new or empty folder, or one that an earlier restoring left, whose files are removed. `finish` makes it a
  /// data folder. Errors: not_a_store (it holds something), locked, not_permitted, disk_full, missing, io_failed.
  [[nodiscard]] static result<data_folder> restore(const std::filesystem::path& path);

  /// Whether a folder is, or was meant to be, a data folder that is finished; changes nothing. Errors: missing,
  /// not_a_store, and as os_failure.
  [[nodiscard]] static result<void> check_is_one(const std::filesystem::path& path);
  /// What the label of a folder says; changes nothing and takes no lock. Errors: corrupt, newer_format, not_permitted.
  struct label_fields {
    std::string store_id;
    std::uint64_t format = 0;
  };
  [[nodiscard]] static result<label_fields> peek(const std::filesystem::path& path);

  /// The store id that LIGHTSTICK tells; nothing in a folder that is being made.
  [[nodiscard]] const std::optional<std::string>& store_id() const noexcept { return store_id_; }
  /// The format that LIGHTSTICK tells, not newer than this program's; 0 in a folder that is being made.
  [[nodiscard]] std::uint64_t format() const noexcept { return format_; }
  [[nodiscard]] std::filesystem::path engine_path() const { return path_ / "rocks"; }

  /// Ends the making, or begins an upgrade: from now on this is the folder of `store_id`, in this program's format or the
  /// one given, if it is older. Durable. Errors: disk_full, io_failed.
  [[nodiscard]] result<void> finish(const std::string& store_id);
  [[nodiscard]] result<void> finish(const std::string& store_id, std::uint64_t format);

 private:
  data_folder(std::filesystem::path path, file_lock lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  result<void> inspect(bool create);
  result<void> read_label();
  result<void> begin_making();

  std::filesystem::path path_;
  file_lock lock_;
  const char* label_in_making_ = "LIGHTSTICK.new";
  std::optional<std::string> store_id_;
  std::uint64_t format_ = 0;
};

}  // namespace lightstick::storage
