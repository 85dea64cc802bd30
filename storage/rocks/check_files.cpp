#include "storage/rocks/check_files.hpp"

#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>
#include <algorithm>
#include <fstream>

#include "storage/errc.hpp"
#include "storage/files.hpp"
#include "storage/rocks/record_file.hpp"

namespace lightstick::storage::rocks {
namespace {

namespace fs = std::filesystem;

struct file {
  std::string name;
  std::uint64_t bytes = 0;
};

result<std::vector<file>> files_in(const fs::path& folder) {
  std::vector<file> out;
  const auto failure = each_in(folder, [&](const fs::directory_entry& item) {
    std::error_code gone;
    auto bytes = item.file_size(gone);
    out.push_back({item.path().filename().string(), gone ? 0 : bytes});
  });
  if (failure) return fail(errc::io_failed, "cannot read " + folder.string() + ": " + failure.message());
  std::ranges::sort(out, {}, &file::name);
  return out;
}

/// RocksDB's sentence names the whole path; the report names the file already.
std::string brief(std::string text, const fs::path& folder) {
  auto whole = folder.string() + "/";
  for (auto at = text.find(whole); at != std::string::npos; at = text.find(whole)) text.erase(at, whole.size());
  return text;
}

class checking {
 public:
  checking(const fs::path& folder, const progress& watch) : folder_(folder), watch_(watch) {}

  result<files_check> run(const std::optional<std::vector<std::string>>& tables) {
    auto found = files_in(folder_);
    if (!found) return fail(std::move(found.error()));
    auto in_use = [&](const file& f) { return !tables || std::ranges::count(*tables, f.name) > 0; };
    auto current = current_manifest(folder_);
    if (!current) out_.damaged.push_back({"CURRENT", current.error().detail, true});
    const auto manifest = current.value_or(std::string());
    std::erase_if(*found, [&](const file& f) {
      return !f.name.ends_with(".log") && f.name != manifest && !(f.name.ends_with(".sst") && in_use(f));
    });
    for (const auto& f : *found) total_ += f.bytes;
    for (const auto& f : *found) {
      if (watch_ && !watch_(out_.bytes, total_))
        return fail(errc::stopping, "the check was ended before it was through");
      f.name.ends_with(".sst") ? check_table(f) : check_records(f);
      out_.bytes += f.bytes;
    }
    if (watch_) (void)watch_(total_, total_);
    return std::move(out_);
  }

 private:
  void check_table(const file& f) {
    ++out_.tables;
    rocksdb::Options how;
    rocksdb::ReadOptions read;
    read.fill_cache = false;
    rocksdb::SstFileReader reader(how);
    auto s = reader.Open((folder_ / f.name).string());
    const bool opens = s.ok();
    if (opens) s = reader.VerifyChecksum(read);
    if (!s.ok()) out_.damaged.push_back({f.name, brief(s.ToString(), folder_), !opens});
  }

  void check_records(const file& f) {
    auto checked = check_record_file(folder_ / f.name);
    if (checked.damage) out_.damaged.push_back({f.name, *checked.damage, true});
    if (checked.damage || checked.torn_bytes == 0) return;
    out_.notes.push_back(
        f.name + ": the last " + std::to_string(checked.torn_bytes) +
        " bytes are a record that was not written to its end, as after a crash; nobody was told that it "
        "is committed, and the next start drops it");
  }

  const fs::path& folder_;
  const progress& watch_;
  files_check out_;
  std::uint64_t total_ = 0;
};

}  // namespace

result<std::string> current_manifest(const fs::path& folder) {
  std::ifstream in(folder / "CURRENT", std::ios::binary);
  if (!in) return fail(errc::corrupt, "is missing or cannot be read");
  std::string name;
  std::getline(in, name);
  if (!name.starts_with("MANIFEST-") || name.size() > 64 || name.find('/') != std::string::npos) {
    return fail(errc::corrupt, "does not name a manifest");
  }
  std::error_code unseen;
  if (!fs::exists(folder / name, unseen)) return fail(errc::corrupt, "names " + name + ", which is missing");
  return name;
}

result<files_check> check_files(const fs::path& folder, const std::optional<std::vector<std::string>>& tables,
                                const progress& watch) {
  return checking(folder, watch).run(tables);
}

}  // namespace lightstick::storage::rocks
