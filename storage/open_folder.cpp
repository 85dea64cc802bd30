#include "storage/open_folder.hpp"

#include "runtime/base/log.hpp"
#include "storage/errc.hpp"
#include "storage/rocks/open.hpp"

namespace lightstick::storage {
namespace {

tl::unexpected<error> in_folder(const std::filesystem::path& path, error e) {
  e.detail = "data folder " + path.string() + ": " + e.detail;
  return fail(std::move(e));
}

result<opened_folder> make(data_folder folder, const rocks::open_options& how, const clock_source& clock) {
  auto disk = rocks::open(how, clock);
  if (!disk) return fail(std::move(disk.error()));
  auto who = introduce(**disk);
  if (!who) return fail(std::move(who.error()));
  if (auto finished = folder.finish(who->store_id); !finished) return fail(std::move(finished.error()));
  return opened_folder{std::move(folder), std::move(*disk), std::move(*who)};
}

/// The identity of a store whose label says `expected_id`.
result<identity> recognise(const engine& disk, const std::string& expected_id) {
  auto who = read_identity(disk);
  if (!who) return fail(std::move(who.error()));
  if (!*who) return fail(errc::corrupt, "its database does not say whose it is; restore a back-up");
  if ((*who)->store_id != expected_id) {
    return fail(errc::corrupt, "it is labelled " + expected_id + " but its database is that of " + (*who)->store_id +
                                   ": parts of two folders were mixed");
  }
  return std::move(**who);
}

result<void> upgrade(opened_folder& of, rocks::open_options how, const clock_source& clock) {
  LS_LOG(storage, info, "data folder is upgraded", {"path", how.path.string()}, {"from", of.who.format},
         {"to", folder_format});
  if (of.folder.format() != folder_format) {
    if (auto labelled = of.folder.finish(of.who.store_id); !labelled) return labelled;
  }
  of.disk.reset();
  how.families = rocks::families::make_missing;
  auto disk = rocks::open(how, clock);
  if (!disk) return fail(std::move(disk.error()));
  of.disk = std::move(*disk);
  if (auto written = write_format(*of.disk); !written) return written;
  of.who.format = folder_format;
  LS_LOG(storage, info, "data folder has its new format; older versions refuse it", {"format", folder_format});
  return {};
}

}  // namespace

result<opened_folder> open_folder(const std::filesystem::path& path, bool create, std::size_t memory_bytes,
                                  const clock_source& clock, bool upgrades) {
  auto folder = data_folder::open(path, create);
  if (!folder) return fail(std::move(folder.error()));
  rocks::open_options how{folder->engine_path(), !folder->store_id(), memory_bytes};
  if (how.create) return make(std::move(*folder), how, clock);

  auto missing = rocks::missing_families(how);
  if (!missing) return fail(std::move(missing.error()));
  if (!missing->empty()) how.families = rocks::families::those_there;
  auto disk = rocks::open(how, clock);
  if (!disk) return fail(std::move(disk.error()));
  auto who = recognise(**disk, *folder->store_id());
  if (!who) return in_folder(path, std::move(who.error()));
  opened_folder out{std::move(*folder), std::move(*disk), std::move(*who)};
  if (out.who.format == folder_format && !missing->empty()) {
    return in_folder(
        path, {make_error_code(errc::corrupt),
               "its database has no family '" + std::string(to_string(missing->front())) + "'; restore a back-up"});
  }
  if (upgrades && (out.who.format != folder_format || out.folder.format() != folder_format)) {
    if (auto upgraded = upgrade(out, how, clock); !upgraded) return in_folder(path, std::move(upgraded.error()));
  }
  return out;
}

}  // namespace lightstick::storage
