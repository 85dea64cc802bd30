#include "storage/data_folder.hpp"

#include <unistd.h>
#include <cerrno>
#include <charconv>
#include <utility>

#include "runtime/base/log.hpp"
#include "storage/errc.hpp"
#include "storage/files.hpp"
#include "storage/identity.hpp"

namespace lightstick::storage {
namespace {

namespace fs = std::filesystem;

constexpr const char* label_name = "LIGHTSTICK";
constexpr const char* new_label_name = "LIGHTSTICK.new";
constexpr const char* lock_name = "LOCK";
constexpr const char* title = "Lightstick data folder. Do not edit, do not remove files.";
constexpr const char* restoring_label_name = "LIGHTSTICK.restoring";

std::string label_text(const std::string& store_id, std::uint64_t format) {
  return std::string(title) + "\nformat " + std::to_string(format) + "\nstore " + store_id + "\n";
}

tl::unexpected<error> half_restored(const fs::path& path) {
  return fail(errc::not_a_store, "a back-up was being restored into " + path.string() +
                                     " and that never ended; run the same `lightstick restore` again, or remove the "
                                     "folder");
}

/// The name of a file that a fresh data folder has no place for, if there is one.
std::optional<std::string> stranger_in(const fs::path& path, std::error_code& failure) {
  std::optional<std::string> out;
  failure = each_in(path, [&](const fs::directory_entry& item) {
    auto name = item.path().filename().string();
    if (name != lock_name && name != "lost+found") out = std::move(name);
  });
  return out;
}

struct labels {
  bool finished = false;
  bool in_making = false;
  bool restoring = false;
};

/// Errors: as os_failure, when the folder cannot be looked into.
result<labels> labels_in(const fs::path& path) {
  labels out;
  for (auto [name, there] : {std::pair{label_name, &out.finished},
                             {new_label_name, &out.in_making},
                             {restoring_label_name, &out.restoring}}) {
    auto found = is_there(path / name);
    if (!found) return fail(std::move(found.error()));
    *there = *found;
  }
  return out;
}

result<void> find_or_make(const fs::path& path, bool create) {
  std::error_code failure;
  auto status = fs::status(path, failure);
  if (status.type() == fs::file_type::not_found) {
    if (!create) return fail(errc::missing, "there is no data folder " + path.string());
    if (!fs::create_directory(path, failure) && failure) {
      return os_failure(failure.value(), "cannot make", path);
    }
    if (auto parent = fs::absolute(path, failure).parent_path(); !parent.empty()) {
      if (auto synced = sync_folder(parent); !synced) return synced;
    }
  } else if (failure) {
    return os_failure(failure.value(), "cannot look at", path);
  } else if (status.type() != fs::file_type::directory) {
    return fail(errc::not_a_store, path.string() + " is a file, not a folder");
  }
  return {};
}

}  // namespace

result<data_folder> data_folder::open(const fs::path& path, bool create) {
  if (auto found = find_or_make(path, create); !found) return fail(std::move(found.error()));
  std::error_code failure;
  // Before LOCK is put into a folder that is somebody else's.
  auto labelled = labels_in(path);
  if (!labelled) return fail(std::move(labelled.error()));
  if (!labelled->finished && labelled->restoring) return half_restored(path);
  if (!labelled->finished && !labelled->in_making) {
    auto stranger = stranger_in(path, failure);
    if (failure) return os_failure(failure.value(), "cannot look into", path);
    if (stranger) {
      return fail(errc::not_a_store, "folder " + path.string() + " is not empty (" + *stranger + ") and has no file " +
                                         label_name + "; choose an empty folder or one that Lightstick made");
    }
    if (!create) return fail(errc::missing, "folder " + path.string() + " holds no data");
  }
  auto lock = lock_folder(path, "data folder");
  if (!lock) return fail(std::move(lock.error()));
  data_folder folder(path, std::move(*lock));
  if (auto fit = folder.inspect(create); !fit) return fail(std::move(fit.error()));
  return folder;
}

result<data_folder> data_folder::restore(const fs::path& path) {
  if (auto found = find_or_make(path, true); !found) return fail(std::move(found.error()));
  std::error_code failure;
  auto labelled = labels_in(path);
  if (!labelled) return fail(std::move(labelled.error()));
  std::optional<std::string> stranger;
  if (labelled->in_making) stranger = new_label_name;
  if (labelled->finished) stranger = label_name;
  if (!stranger && !labelled->restoring) stranger = stranger_in(path, failure);
  if (failure) return os_failure(failure.value(), "cannot look into", path);
  if (stranger) {
    return fail(errc::not_a_store, "folder " + path.string() + " is not empty (" + *stranger +
                                       "): a back-up is restored into a new or empty folder only; name another one");
  }
  auto lock = lock_folder(path, "data folder");
  if (!lock) return fail(std::move(lock.error()));
  data_folder folder(path, std::move(*lock));
  folder.label_in_making_ = restoring_label_name;
  auto marked = write_durably(path / restoring_label_name, std::string(title) + "\n");
  if (marked) marked = sync_folder(path);
  if (!marked) return fail(std::move(marked.error()));
  fs::remove_all(folder.engine_path(), failure);
  if (failure) return os_failure(failure.value(), "cannot clear", folder.engine_path());
  return folder;
}

result<void> data_folder::check_is_one(const fs::path& path) {
  std::error_code failure;
  auto there = is_there(path);
  if (!there) return fail(std::move(there.error()));
  if (!*there) return fail(errc::missing, "there is no data folder " + path.string());
  if (!fs::is_directory(path, failure)) return fail(errc::not_a_store, path.string() + " is a file, not a folder");
  auto labelled = labels_in(path);
  if (!labelled) return fail(std::move(labelled.error()));
  if (labelled->finished) return {};
  if (labelled->restoring) return half_restored(path);
  auto engine = is_there(path / "rocks");
  if (!engine) return fail(std::move(engine.error()));
  if (fs::exists(path / "LIGHTSTICK-BACKUPS", failure)) {
    return fail(errc::not_a_store, path.string() + " is a folder of back-ups, not a data folder: `lightstick backups " +
                                       path.string() + "` lists them, `lightstick verify` checks them");
  }
  if (*engine) return {};
  return fail(errc::not_a_store, path.string() + " is no data folder: it has neither " + label_name + " nor rocks/");
}

result<data_folder::label_fields> data_folder::peek(const fs::path& path) {
  auto file = path / label_name;
  auto there = is_there(file);
  if (!there) return fail(std::move(there.error()));
  if (!*there) return fail(errc::corrupt, "is missing");
  if (::access(file.c_str(), R_OK) != 0) return os_failure(errno, "cannot read", file);
  auto text = read_start(file);
  label_fields out{field_of(text, "store"), 0};
  auto format = field_of(text, "format");
  auto read = std::from_chars(format.data(), format.data() + format.size(), out.format);
  if (out.store_id.empty() || format.empty() || read.ec != std::errc() || read.ptr != format.data() + format.size()) {
    return fail(errc::corrupt, "names no format and store; if all else is whole, put this file back from a back-up");
  }
  if (out.format > folder_format) return fail(errc::newer_format, newer_format_message(format));
  return out;
}

/// REQUIRES: locked.
result<void> data_folder::inspect(bool create) {
  auto finished = is_there(path_ / label_name);
  if (!finished) return fail(std::move(finished.error()));
  if (*finished) return read_label();
  if (!create) return fail(errc::missing, "the data folder " + path_.string() + " was never finished");
  return begin_making();
}

result<void> data_folder::read_label() {
  auto label = path_ / label_name;
  if (::access(label.c_str(), R_OK) != 0) return os_failure(errno, "cannot read", label);
  auto text = read_start(label);
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
  auto current = is_there(engine_path() / "CURRENT");
  if (!current) return fail(std::move(current.error()));
  if (!*current) {
    return fail(errc::corrupt, "data folder " + path_.string() + " is labelled " + store +
                                   ", but its database is gone: no " + (engine_path() / "CURRENT").string() +
                                   "; restore a back-up, or choose an empty folder");
  }
  store_id_ = std::move(store);
  return {};
}

result<void> data_folder::begin_making() {
  std::error_code failure;
  auto begun = is_there(path_ / new_label_name);
  if (!begun) return fail(std::move(begun.error()));
  if (*begun) {
    LS_LOG(storage, warn, "data folder was never finished, making it again", {"path", path_.string()});
    fs::remove_all(engine_path(), failure);
    if (failure) return os_failure(failure.value(), "cannot clear", engine_path());
  }
  if (auto written = write_durably(path_ / new_label_name, std::string(title) + "\n"); !written) return written;
  return sync_folder(path_);
}

result<void> data_folder::finish(const std::string& store_id) { return finish(store_id, folder_format); }

result<void> data_folder::finish(const std::string& store_id, std::uint64_t format) {
  auto fresh = path_ / label_in_making_;
  if (auto written = write_durably(fresh, label_text(store_id, format)); !written) return written;
  if (::rename(fresh.c_str(), (path_ / label_name).c_str()) != 0) return os_failure(errno, "cannot rename", fresh);
  if (auto synced = sync_folder(path_); !synced) return synced;
  store_id_ = store_id;
  format_ = format;
  return {};
}

}  // namespace lightstick::storage
