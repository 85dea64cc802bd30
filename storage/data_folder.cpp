#include "storage/data_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

#include "runtime/base/log.hpp"
#include "storage/errc.hpp"
#include "storage/identity.hpp"

namespace lightstick::storage {
namespace {

namespace fs = std::filesystem;

constexpr const char* label_name = "LIGHTSTICK";
constexpr const char* new_label_name = "LIGHTSTICK.new";
constexpr const char* lock_name = "LOCK";
constexpr const char* title = "Lightstick data folder. Do not edit, do not remove files.";
constexpr std::size_t label_bytes_max = 4096;

/// An error of the operating system as one of ours, with what a person can do.
tl::unexpected<error> os_failure(int number, const std::string& what, const fs::path& path) {
  std::string text = what + " " + path.string() + ": " + std::strerror(number);
  switch (number) {
    case EACCES:
    case EPERM:
    case EROFS:
      return fail(errc::not_permitted, text +
                                           "; give this user the right to write there, or choose "
                                           "another data folder");
    case ENOSPC:
    case EDQUOT: return fail(errc::disk_full, text + "; make room on that disk, or choose another data folder");
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

std::string label_text(const std::string& store_id) {
  return std::string(title) + "\nformat " + std::to_string(folder_format) + "\nstore " + store_id + "\n";
}

/// The value of the line "name value".
std::string field_of(const std::string& text, const std::string& name) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(name + " ", 0) == 0) return line.substr(name.size() + 1);
  }
  return {};
}

std::string read_some(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(label_bytes_max, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

result<int> lock_folder(const fs::path& path) {
  auto lock = path / lock_name;
  int fd = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return os_failure(errno, "cannot open", lock);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    int number = errno;
    ::close(fd);
    if (number != EWOULDBLOCK) return os_failure(number, "cannot lock", lock);
    auto holder = read_some(lock);
    if (auto end = holder.find('\n'); end != std::string::npos) holder.resize(end);
    return fail(errc::locked, "data folder " + path.string() + " is open in process " +
                                  (holder.empty() ? "(unknown)" : holder) + ", which holds the lock " + lock.string() +
                                  "; stop that process, or give this one another data folder");
  }
  auto self = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, self.data(), self.size(), 0) != static_cast<ssize_t>(self.size())) {
    int number = errno;
    ::close(fd);
    return os_failure(number, "cannot write", lock);
  }
  return fd;
}

/// The name of a file that a fresh data folder has no place for, if there is one.
std::optional<std::string> stranger_in(const fs::path& path, std::error_code& failure) {
  for (const auto& item : fs::directory_iterator(path, failure)) {
    auto name = item.path().filename().string();
    if (name != lock_name && name != "lost+found") return name;
  }
  return std::nullopt;
}

}  // namespace

result<data_folder> data_folder::open(const fs::path& path, bool create) {
  std::error_code failure;
  auto status = fs::status(path, failure);
  if (status.type() == fs::file_type::not_found) {
    if (!create) return fail(errc::missing, "there is no data folder " + path.string());
    if (!fs::create_directory(path, failure) && failure) {
      return os_failure(failure.value(), "cannot make", path);
    }
    if (auto parent = fs::absolute(path).parent_path(); !parent.empty()) {
      if (auto synced = sync_folder(parent); !synced) return fail(std::move(synced.error()));
    }
  } else if (failure) {
    return os_failure(failure.value(), "cannot look at", path);
  } else if (status.type() != fs::file_type::directory) {
    return fail(errc::not_a_store, path.string() + " is a file, not a folder");
  }
  // Before LOCK is put into a folder that is somebody else's.
  if (!fs::exists(path / label_name) && !fs::exists(path / new_label_name)) {
    auto stranger = stranger_in(path, failure);
    if (failure) return os_failure(failure.value(), "cannot look into", path);
    if (stranger) {
      return fail(errc::not_a_store, "folder " + path.string() + " is not empty (" + *stranger + ") and has no file " +
                                         label_name + "; choose an empty folder or one that Lightstick made");
    }
    if (!create) return fail(errc::missing, "folder " + path.string() + " holds no data");
  }
  auto lock = lock_folder(path);
  if (!lock) return fail(std::move(lock.error()));
  data_folder folder(path, *lock);
  if (auto fit = folder.inspect(create); !fit) return fail(std::move(fit.error()));
  return folder;
}

data_folder::data_folder(data_folder&& other) noexcept
    : path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)),
      store_id_(std::move(other.store_id_)),
      format_(other.format_) {}

data_folder::~data_folder() {
  if (lock_ >= 0) ::close(lock_);
}

/// REQUIRES: locked.
result<void> data_folder::inspect(bool create) {
  if (fs::exists(path_ / label_name)) return read_label();
  if (!create) return fail(errc::missing, "the data folder " + path_.string() + " was never finished");
  return begin_making();
}

result<void> data_folder::read_label() {
  auto label = path_ / label_name;
  if (::access(label.c_str(), R_OK) != 0) return os_failure(errno, "cannot read", label);
  auto text = read_some(label);
  auto format = field_of(text, "format");
  auto store = field_of(text, "store");
  if (format.empty() || store.empty()) {
    return fail(errc::corrupt, label.string() + " names no format and store; if the rest of the folder is whole, " +
                                   "put this file back from a back-up");
  }
  auto [end, bad] = std::from_chars(format.data(), format.data() + format.size(), format_);
  if (bad != std::errc{} || end != format.data() + format.size() || format_ == 0) {
    return fail(errc::corrupt, label.string() + " says format '" + format +
                                   "', which is none; if the rest of the folder " +
                                   "is whole, put this file back from a back-up");
  }
  if (format_ > folder_format) {
    return fail(errc::newer_format,
                "data folder " + path_.string() + " cannot be read: " + newer_format_message(format));
  }
  if (!fs::exists(engine_path() / "CURRENT")) {
    return fail(errc::corrupt, "data folder " + path_.string() + " is labelled " + store +
                                   ", but its database is gone: no " + (engine_path() / "CURRENT").string() +
                                   "; restore a back-up, or choose an empty folder");
  }
  store_id_ = std::move(store);
  return {};
}

result<void> data_folder::begin_making() {
  std::error_code failure;
  if (fs::exists(path_ / new_label_name)) {
    LS_LOG(storage, warn, "data folder was never finished, making it again", {"path", path_.string()});
    fs::remove_all(engine_path(), failure);
    if (failure) return os_failure(failure.value(), "cannot clear", engine_path());
  }
  if (auto written = write_durably(path_ / new_label_name, std::string(title) + "\n"); !written) return written;
  return sync_folder(path_);
}

result<void> data_folder::finish(const std::string& store_id) {
  auto fresh = path_ / new_label_name;
  if (auto written = write_durably(fresh, label_text(store_id)); !written) return written;
  if (::rename(fresh.c_str(), (path_ / label_name).c_str()) != 0) return os_failure(errno, "cannot rename", fresh);
  if (auto synced = sync_folder(path_); !synced) return synced;
  store_id_ = store_id;
  format_ = folder_format;
  return {};
}

}  // namespace lightstick::storage
