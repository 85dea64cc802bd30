#include "storage/rocks/disk_room.hpp"

#include <rocksdb/env.h>

#include "storage/errc.hpp"
#include "storage/files.hpp"

namespace lightstick::storage::rocks {
namespace {

constexpr std::uint64_t reserve_bytes = 4U << 20U;

}  // namespace

result<void> check_disk_room(const open_options& o, std::uint64_t unwritten_bytes) {
  auto* env = o.env != nullptr ? o.env : rocksdb::Env::Default();
  const auto folder = o.create ? o.path.parent_path() : o.path;
  const auto needed = reserve_bytes + unwritten_bytes;
  std::uint64_t room = 0;
  if (auto s = env->GetFreeSpace(folder.string(), &room); !s.ok() || room >= needed) return {};
  return fail(errc::disk_full, "the disk of " + folder.string() + " has " + std::to_string(room) +
                                   " bytes free, at least " + std::to_string(needed) +
                                   " are needed to open it; make room on that disk");
}

std::uint64_t log_bytes(const open_options& o) {
  std::uint64_t bytes = 0;
  (void)each_in(o.path, [&](const std::filesystem::directory_entry& file) {
    if (file.path().extension() != ".log") return;
    std::error_code gone;
    const auto size = file.file_size(gone);
    if (!gone) bytes += size;
  });
  return bytes;
}

}  // namespace lightstick::storage::rocks
