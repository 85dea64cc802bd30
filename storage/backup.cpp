#include "storage/backup.hpp"

#include <algorithm>

#include "runtime/base/log.hpp"
#include "storage/data_folder.hpp"
#include "storage/files.hpp"
#include "storage/identity.hpp"
#include "storage/open_folder.hpp"
#include "storage/rocks/backups.hpp"
#include "storage/rocks/open.hpp"

namespace lightstick::storage {
namespace {

namespace fs = std::filesystem;

constexpr const char* label_name = "LIGHTSTICK-BACKUPS";
constexpr const char* new_label_name = "LIGHTSTICK-BACKUPS.new";
constexpr const char* lock_name = "LOCK";
constexpr const char* engine_name = "rocks";
constexpr const char* what = "folder of back-ups";
constexpr std::size_t own_memory_bytes = 64U << 20U;

result<backup_folder_label> read_label(const fs::path& folder) {
  auto label = decode_folder_label(read_start(folder / label_name));
  if (!label) label.error().detail = folder.string() + ": " + label.error().detail;
  return label;
}

result<void> write_label(const fs::path& folder, const backup_folder_label& l) {
  auto fresh = folder / new_label_name;
  if (auto written = write_durably(fresh, encode_folder_label(l)); !written) return written;
  std::error_code failure;
  fs::rename(fresh, folder / label_name, failure);
  if (failure) return os_failure(failure.value(), "cannot rename", fresh);
  return sync_folder(folder);
}

/// The name of something in `folder` that is not ours.
std::optional<std::string> stranger_in(const fs::path& folder) {
  std::optional<std::string> out;
  (void)each_in(folder, [&](const fs::directory_entry& item) {
    auto name = item.path().filename().string();
    if (name != lock_name && name != new_label_name && name != "lost+found") out = std::move(name);
  });
  return out;
}

result<void> check_is_backups(const fs::path& folder) {
  auto there = is_there(folder);
  if (!there) return fail(std::move(there.error()));
  if (!*there) return fail(errc::missing, "there is no folder of back-ups " + folder.string());
  auto labelled = is_there(folder / label_name);
  if (!labelled) return fail(std::move(labelled.error()));
  if (*labelled) return {};
  return fail(errc::not_a_store, folder.string() + " holds no back-ups of Lightstick: it has no file " + label_name);
}

result<backup_list> list_in(const fs::path& folder) {
  auto label = read_label(folder);
  if (!label) return fail(std::move(label.error()));
  auto stored = rocks::list_backups(folder / engine_name);
  if (!stored) return fail(std::move(stored.error()));
  backup_list out{label->store_id, label->rule, {}, std::move(stored->damaged), 0};
  for (auto& b : stored->whole) {
    backup_info info{b.id, b.size_bytes, b.files, {}, 0};
    if (auto read = decode_label(b.label)) {
      info.label = std::move(*read);
      info.expires_ms = expires_ms(out.rule, info.label.made_ms);
    }
    out.backups.push_back(std::move(info));
  }
  out.disk_bytes = bytes_below(folder);
  return out;
}

/// The new identity of a restored store, in its database: another disk, another history. All else stays.
result<identity> give_new_identity(const fs::path& engine_path) {
  rocks::open_options how{engine_path, false, own_memory_bytes};
  how.families = rocks::families::those_there;  // one of an earlier format is upgraded by the node that opens it
  auto disk = rocks::open(how, system_clock_source());
  if (!disk) return fail(std::move(disk.error()));
  auto was = read_identity(**disk);
  if (!was) return fail(std::move(was.error()));
  if (!*was) return fail(errc::corrupt, "the back-up does not say whose it is; use another one");
  auto now = make_identity(secure_random());
  if (auto written = change_identity(**disk, now); !written) return fail(std::move(written.error()));
  return now;
}

result<backup_info> choose(const backup_list& all, std::optional<std::uint32_t> id, const fs::path& folder) {
  if (!id && !all.backups.empty()) return all.backups.back();
  for (const auto& b : all.backups) {
    if (b.id == id) return b;
  }
  if (id && std::ranges::count(all.damaged, *id) > 0) {
    return fail(errc::corrupt, "back-up " + std::to_string(*id) + " of " + folder.string() +
                                   " is damaged: files are missing or cut; use another one: lightstick backups " +
                                   folder.string());
  }
  return fail(errc::missing, folder.string() + " holds no back-up" + (id ? " " + std::to_string(*id) : "") +
                                 "; what it holds: lightstick backups " + folder.string());
}

/// On a medium that is read-only nobody can hold the lock but who looks, too.
result<file_lock> lock_for_reading(const fs::path& folder) {
  auto lock = lock_folder(folder, what);
  if (lock || lock.error().code != errc::not_permitted) return lock;
  return lock_folder_unchanged(folder, what);
}

}  // namespace

struct backup_folder::parts {
  fs::path path;
  file_lock lock;
};

backup_folder::backup_folder(std::unique_ptr<parts> p) : parts_(std::move(p)) {}
backup_folder::backup_folder(backup_folder&&) noexcept = default;
backup_folder::~backup_folder() = default;

fs::path backup_folder::engine_path() const { return parts_->path / engine_name; }

result<backup_folder> backup_folder::open(const fs::path& path, const std::string& store_id) {
  std::error_code failure;
  if (fs::exists(path, failure) && !fs::is_directory(path, failure)) {
    return fail(errc::not_a_store, path.string() + " is a file, not a folder");
  }
  if (!fs::exists(path, failure) && !fs::create_directory(path, failure) && failure) {
    return os_failure(failure.value(), "cannot make", path);
  }
  const bool fresh = !fs::exists(path / label_name, failure);
  if (auto stranger = fresh ? stranger_in(path) : std::nullopt) {
    return fail(errc::not_a_store, "folder " + path.string() + " is not empty (" + *stranger + ") and has no file " +
                                       label_name + "; choose an empty folder or one that holds back-ups");
  }
  auto lock = lock_folder(path, what);
  if (!lock) return fail(std::move(lock.error()));
  backup_folder opened(std::make_unique<parts>(parts{path, std::move(*lock)}));
  if (fresh) {
    if (auto made = write_label(path, {store_id, {}}); !made) return fail(std::move(made.error()));
  }
  auto label = read_label(path);
  if (!label) return fail(std::move(label.error()));
  if (label->store_id != store_id) {
    return fail(errc::not_a_store, path.string() + " holds the back-ups of store " + label->store_id +
                                       ", not of this one, which is " + store_id +
                                       " (a restored one counts as new); give each store a folder of its own");
  }
  return opened;
}

result<backup_folder> backup_folder::open_existing(const fs::path& path) {
  if (auto fit = check_is_backups(path); !fit) return fail(std::move(fit.error()));
  auto lock = lock_folder(path, what);
  if (!lock) return fail(std::move(lock.error()));
  return backup_folder(std::make_unique<parts>(parts{path, std::move(*lock)}));
}

result<void> backup_folder::change_rule(const backup_order& order) {
  if (!order.keep && !order.keep_for) return {};
  auto label = read_label(parts_->path);
  if (!label) return fail(std::move(label.error()));
  if (order.keep) label->rule.keep = *order.keep;
  if (order.keep_for) label->rule.keep_for_ms = order.keep_for->count();
  return write_label(parts_->path, *label);
}

result<std::uint32_t> backup_folder::expire(wall_ms now) {
  auto all = list();
  if (!all) return fail(std::move(all.error()));
  std::vector<std::uint32_t> ended = all->damaged;
  for (std::size_t i = 0; i + 1 < all->backups.size(); ++i) {
    const auto& b = all->backups[i];
    bool too_many = all->rule.keep > 0 && all->backups.size() - i > all->rule.keep;
    if (too_many || (b.expires_ms != 0 && b.expires_ms <= now.value)) ended.push_back(b.id);
  }
  if (ended.empty()) return 0U;
  if (auto removed = rocks::remove_backups(engine_path(), ended); !removed) return fail(std::move(removed.error()));
  return static_cast<std::uint32_t>(ended.size());
}

result<backup_list> backup_folder::list() const { return list_in(parts_->path); }

result<backup_made> back_up_engine(engine& disk, const identity& who, const fs::path& data, const backup_order& order,
                                   wall_ms now, const progress& watch) {
  if (order.keep == 0U) return fail(errc::invalid, "at least one back-up must stay");
  if (!data.empty() && lies_in(order.to, data)) {
    return fail(errc::invalid, "the back-ups must not lie inside of the data folder " + data.string() +
                                   ": what destroys it would take them along; name a folder on another disk");
  }
  auto folder = backup_folder::open(order.to, who.store_id);
  if (!folder) return fail(std::move(folder.error()));
  if (auto changed = folder->change_rule(order); !changed) return fail(std::move(changed.error()));
  const backup_label label{who.store_id, who.history_id, who.format, now.value};
  auto copied = disk.back_up({folder->engine_path(), encode_label(label), order.bytes_per_second_max, watch});
  if (!copied) return fail(std::move(copied.error()));
  auto removed = folder->expire(now);
  if (!removed) return fail(std::move(removed.error()));
  auto all = folder->list();
  if (!all) return fail(std::move(all.error()));
  if (all->backups.empty() || all->backups.back().id != copied->id) {
    return fail(errc::io_failed, "the back-up was made but is not in " + order.to.string());
  }
  backup_made out{all->backups.back(), copied->new_bytes, *removed, {}};
  if (auto expires = all->backups.front().expires_ms; expires != 0) out.oldest_expires_ms = expires;
  LS_LOG(storage, info, "backed up", {"to", order.to.string()}, {"backup", copied->id},
         {"new_bytes", copied->new_bytes}, {"removed", *removed});
  return out;
}

result<backup_made> back_up_folder(const fs::path& data, const backup_order& order, const clock_source& clock,
                                   const progress& watch) {
  auto opened = open_folder(data, false, own_memory_bytes, clock, false);
  if (!opened) return fail(std::move(opened.error()));
  return back_up_engine(*opened->disk, opened->who, data, order, clock.wall(), watch);
}

result<backup_list> list_backups(const fs::path& folder) {
  if (auto fit = check_is_backups(folder); !fit) return fail(std::move(fit.error()));
  return list_in(folder);
}

result<std::uint32_t> expire_backups(const fs::path& folder, const backup_order& rule, wall_ms now) {
  auto opened = backup_folder::open_existing(folder);
  if (!opened) return fail(std::move(opened.error()));
  if (auto changed = opened->change_rule(rule); !changed) return fail(std::move(changed.error()));
  return opened->expire(now);
}

result<restored> restore_backup(const fs::path& folder, std::optional<std::uint32_t> id, const fs::path& to,
                                const progress& watch) {
  if (lies_in(to, folder)) return fail(errc::invalid, "a data folder must not lie inside of the back-ups");
  if (auto fit = check_is_backups(folder); !fit) return fail(std::move(fit.error()));
  auto lock = lock_for_reading(folder);
  if (!lock) return fail(std::move(lock.error()));
  auto all = list_in(folder);
  if (!all) return fail(std::move(all.error()));
  auto from = choose(*all, id, folder);
  if (!from) return fail(std::move(from.error()));
  if (from->label.format > folder_format) {
    return fail(errc::newer_format, "back-up " + std::to_string(from->id) + " cannot be restored: " +
                                        newer_format_message(std::to_string(from->label.format)));
  }
  auto target = data_folder::restore(to);
  if (!target) return fail(std::move(target.error()));
  auto copied = rocks::restore_backup(folder / engine_name, from->id, target->engine_path(), watch);
  if (!copied) return fail(std::move(copied.error()));
  auto now = give_new_identity(target->engine_path());
  if (!now) return fail(std::move(now.error()));
  if (auto done = target->finish(now->store_id, from->label.format); !done) return fail(std::move(done.error()));
  LS_LOG(storage, info, "back-up restored", {"backup", from->id}, {"path", to.string()}, {"store", now->store_id});
  return restored{std::move(*from), now->store_id, now->history_id};
}

bool lies_in(const fs::path& inside, const fs::path& folder) {
  std::error_code failure;
  auto base = fs::weakly_canonical(fs::absolute(folder, failure), failure);
  if (failure) return false;  // who uses them will see why
  auto path = fs::weakly_canonical(fs::absolute(inside, failure), failure);
  if (failure) return false;
  auto [end, unused] = std::mismatch(base.begin(), base.end(), path.begin(), path.end());
  return end == base.end() || (std::next(end) == base.end() && end->empty());
}

}  // namespace lightstick::storage
