#include "storage/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

#include "storage/errc.hpp"

namespace lightstick::storage {
namespace {

namespace fs = std::filesystem;

constexpr const char* lock_name = "LOCK";
constexpr std::size_t start_bytes_max = 4096;

tl::unexpected<error> held(const fs::path& folder, const fs::path& lock, const std::string& what) {
  auto holder = read_start(lock);
  if (auto end = holder.find('\n'); end != std::string::npos) holder.resize(end);
  return fail(errc::locked, what + " " + folder.string() + " is open in process " +
                                (holder.empty() ? "(unknown)" : holder) + ", which holds the lock " + lock.string() +
                                "; stop that process, or give this one another " + what);
}

/// Closes `fd` when it cannot be locked.
result<void> take(int fd, const fs::path& folder, const fs::path& lock, const std::string& what) {
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return {};
  int number = errno;
  ::close(fd);
  if (number != EWOULDBLOCK) return os_failure(number, "cannot lock", lock);
  return held(folder, lock, what);
}

}  // namespace

tl::unexpected<error> os_failure(int number, const std::string& what, const fs::path& path) {
  std::string text = what + " " + path.string() + ": " + std::strerror(number);
  switch (number) {
    case EACCES:
    case EPERM:
    case EROFS:
      return fail(errc::not_permitted, text + "; give this user the right to write there, or choose another folder");
    case ENOSPC:
    case EDQUOT: return fail(errc::disk_full, text + "; make room on that disk, or choose another folder");
    case ENOENT: return fail(errc::missing, text + "; make the folder above it first");
    default: return fail(errc::io_failed, std::move(text));
  }
}

result<void> write_durably(const fs::path& path, const std::string& text) {
  int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return os_failure(errno, "cannot write", path);
  bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  int number = errno;
  ::close(fd);
  if (!written) return os_failure(number, "cannot write", path);
  return {};
}

result<void> sync_folder(const fs::path& path) {
  int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return os_failure(errno, "cannot open", path);
  bool synced = ::fsync(fd) == 0;
  int number = errno;
  ::close(fd);
  if (!synced) return os_failure(number, "cannot sync", path);
  return {};
}

result<bool> is_there(const fs::path& path) {
  std::error_code failure;
  const auto status = fs::status(path, failure);
  if (status.type() == fs::file_type::not_found) return false;
  if (failure) return os_failure(failure.value(), "cannot look at", path);
  return true;
}

std::error_code each_in(const fs::path& folder, function_ref<void(const fs::directory_entry&)> visit) {
  std::error_code failure;
  for (fs::directory_iterator at(folder, failure), end; !failure && at != end; at.increment(failure)) visit(*at);
  return failure;
}

std::uint64_t bytes_below(const fs::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code failure;
  for (fs::recursive_directory_iterator at(folder, failure), end; !failure && at != end; at.increment(failure)) {
    std::error_code gone;
    if (!at->is_regular_file(gone)) continue;
    const auto size = at->file_size(gone);
    if (!gone) bytes += size;
  }
  return bytes;
}

std::string read_start(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(start_bytes_max, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

std::string field_of(const std::string& text, const std::string& name) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(name + " ", 0) == 0) return line.substr(name.size() + 1);
  }
  return {};
}

file_lock::file_lock(file_lock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

file_lock& file_lock::operator=(file_lock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

file_lock::~file_lock() {
  if (fd_ >= 0) ::close(fd_);
}

result<file_lock> lock_folder(const fs::path& folder, const std::string& what) {
  auto lock = folder / lock_name;
  int fd = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return os_failure(errno, "cannot open", lock);
  if (auto taken = take(fd, folder, lock, what); !taken) return fail(std::move(taken.error()));
  auto self = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, self.data(), self.size(), 0) != static_cast<ssize_t>(self.size())) {
    int number = errno;
    ::close(fd);
    return os_failure(number, "cannot write", lock);
  }
  return file_lock(fd);
}

result<file_lock> lock_folder_unchanged(const fs::path& folder, const std::string& what) {
  auto lock = folder / lock_name;
  int fd = ::open(lock.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return file_lock();
  if (fd < 0) return os_failure(errno, "cannot open", lock);
  if (auto taken = take(fd, folder, lock, what); !taken) return fail(std::move(taken.error()));
  return file_lock(fd);
}

}  // namespace lightstick::storage
