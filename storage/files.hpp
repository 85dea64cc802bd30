#pragma once

#include <filesystem>
#include <string>

#include "runtime/base/function_ref.hpp"
#include "runtime/base/result.hpp"

/// Small files of a folder that is ours: labels and locks.
namespace lightstick::storage {

/// An error of the operating system as one of ours, with what a person can do. Gives not_permitted, disk_full, missing
/// or io_failed.
[[nodiscard]] tl::unexpected<error> os_failure(int number, const std::string& what, const std::filesystem::path& path);

/// Durable on return, but for the folder's entry of a new file: `sync_folder`. Errors: as os_failure.
[[nodiscard]] result<void> write_durably(const std::filesystem::path& path, const std::string& text);
[[nodiscard]] result<void> sync_folder(const std::filesystem::path& path);

/// The first 4096 bytes; empty when it cannot be read.
[[nodiscard]] std::string read_start(const std::filesystem::path& path);
/// The value of the line "name value"; empty when there is none.
[[nodiscard]] std::string field_of(const std::string& text, const std::string& name);

/// Whether there is something of that name. Errors: as os_failure, when it cannot be seen.
[[nodiscard]] result<bool> is_there(const std::filesystem::path& path);
/// Visits what is in a folder, in no order. What the system refuses meanwhile ends it, without an exception, as the outcome.
[[nodiscard]] std::error_code each_in(const std::filesystem::path& folder,
                                      function_ref<void(const std::filesystem::directory_entry&)> visit);
/// Of all files in a folder and in those below, as far as they can be seen; others may come and go meanwhile.
[[nodiscard]] std::uint64_t bytes_below(const std::filesystem::path& folder);

/// A lock (flock) on a file `LOCK` in a folder, which holds the id of the process that has it. Goes with this object,
/// or with the process.
class file_lock {
 public:
  file_lock() = default;
  file_lock(file_lock&& other) noexcept;
  file_lock& operator=(file_lock&& other) noexcept;
  ~file_lock();

 private:
  friend result<file_lock> lock_folder(const std::filesystem::path& folder, const std::string& what);
  friend result<file_lock> lock_folder_unchanged(const std::filesystem::path& folder, const std::string& what);
  explicit file_lock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

/// Makes the file when it is missing. `what` names the folder in the sentence of an error: "data folder". Errors:
/// locked, and as os_failure.
[[nodiscard]] result<file_lock> lock_folder(const std::filesystem::path& folder, const std::string& what);
/// The same without a change to the folder: where there is no lock file nobody holds it, and no lock is taken.
[[nodiscard]] result<file_lock> lock_folder_unchanged(const std::filesystem::path& folder, const std::string& what);

}  // namespace lightstick::storage
