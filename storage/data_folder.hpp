#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "runtime/base/result.hpp"

namespace lightstick::storage {

/// The folder of one node on disk, held under its lock:
///
///     LIGHTSTICK      says what this is, for people and for the next start: format and store id
///     LIGHTSTICK.new  the same, while the folder is being made
///     LOCK            locked (flock) by the process that has the folder open; holds its process id
///     rocks/          the engine's files
///
/// A folder counts as made when LIGHTSTICK is there. A making that was cut short is begun again.
class data_folder {
 public:
  /// Locks the folder and looks at it; makes it when it is missing or empty and `create` is set.
  /// Errors: missing, not_a_store, newer_format, locked, not_permitted, disk_full, io_failed, corrupt.
  [[nodiscard]] static result<data_folder> open(const std::filesystem::path& path, bool create);

  data_folder(data_folder&& other) noexcept;
  data_folder& operator=(data_folder&&) = delete;
  /// Lets the lock go.
  ~data_folder();

  /// The store id that LIGHTSTICK tells; nothing in a folder that is being made.
  [[nodiscard]] const std::optional<std::string>& store_id() const noexcept { return store_id_; }
  /// The format that LIGHTSTICK tells, not newer than this program's; 0 in a folder that is being made.
  [[nodiscard]] std::uint64_t format() const noexcept { return format_; }
  [[nodiscard]] std::filesystem::path engine_path() const { return path_ / "rocks"; }

  /// Ends the making, or begins an upgrade: from now on this is the folder of `store_id`, in this program's format.
  /// Durable. Errors: disk_full, io_failed.
  [[nodiscard]] result<void> finish(const std::string& store_id);

 private:
  data_folder(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}
  result<void> inspect(bool create);
  result<void> read_label();
  result<void> begin_making();

  std::filesystem::path path_;
  int lock_ = -1;
  std::optional<std::string> store_id_;
  std::uint64_t format_ = 0;
};

}  // namespace lightstick::storage
