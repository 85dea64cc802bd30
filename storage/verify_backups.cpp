#include "storage/verify_backups.hpp"

#include "storage/backup_label.hpp"
#include "storage/errc.hpp"
#include "storage/files.hpp"
#include "storage/rocks/check_backups.hpp"

namespace lightstick::storage {
namespace {

namespace fs = std::filesystem;

constexpr const char* label_name = "LIGHTSTICK-BACKUPS";

std::string listed(const std::vector<std::uint32_t>& ids) {
  std::string out;
  for (auto id : ids) out += (out.empty() ? "" : ", ") + std::to_string(id);
  return out;
}

/// Which others can be restored, and how the file comes back.
finding describe(const rocks::damaged_backup_file& d, const std::vector<std::uint32_t>& whole, const fs::path& path) {
  finding out;
  out.file = "rocks/" + d.name;
  out.what = d.what + "; it belongs to back-up " + listed(d.backups);
  out.served = whole.empty() ? "nothing: no back-up here is whole" : "back-up " + listed(whole);
  out.remedy = whole.empty()
                   ? "make a new back-up into another folder"
                   : "lightstick restore " + path.string() + " --to NEW_FOLDER --id " + std::to_string(whole.back());
  if (d.name.starts_with("shared")) {
    out.remedy += "; remove this file before the next back-up, which would share it as it is, and now copies it again";
  }
  return out;
}

}  // namespace

bool holds_backups(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path / label_name, ignored) ||
         (!fs::exists(path / "LIGHTSTICK", ignored) && fs::is_directory(path / "rocks" / "meta", ignored));
}

result<backups_report> verify_backups(const fs::path& path, const progress& watch) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return fail(errc::missing, "there is no folder of back-ups " + path.string());
  if (!holds_backups(path)) return fail(errc::not_a_store, path.string() + " holds no back-ups of Lightstick");
  auto lock = lock_folder_unchanged(path, "folder of back-ups");
  if (!lock) return fail(std::move(lock.error()));
  backups_report report;
  auto label = decode_folder_label(read_start(path / label_name));
  if (!label && label.error().code == errc::newer_format) return fail(std::move(label.error()));
  if (label) report.store_id = label->store_id;
  auto checked = rocks::check_backups(path / "rocks", {}, watch);
  if (!checked) return fail(std::move(checked.error()));
  if (!label) {
    report.damage.add({label_name,
                       {},
                       label.error().detail,
                       "nothing: without it no back-up here is found",
                       "put this file back: its five lines are in docs/formats.md"});
  }
  for (const auto& d : checked->damaged) report.damage.add(describe(d, checked->whole, path));
  report.whole = std::move(checked->whole);
  report.backups = checked->backups;
  report.files = checked->files;
  report.file_bytes = checked->bytes;
  return report;
}

}  // namespace lightstick::storage
