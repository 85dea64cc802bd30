#include "storage/verify.hpp"

#include <algorithm>

#include "storage/data_folder.hpp"
#include "storage/errc.hpp"
#include "storage/files.hpp"
#include "storage/identity.hpp"
#include "storage/log_check.hpp"
#include "storage/record.hpp"
#include "storage/rocks/check_files.hpp"
#include "storage/rocks/open_view.hpp"

namespace lightstick::storage {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t memory_bytes = 64U << 20U;
constexpr auto restore_remedy = "lightstick restore BACKUP_DIR --to NEW_FOLDER, and start the node there";

finding refusing(std::string file, std::string what) {
  return {std::move(file), {}, std::move(what), "nothing: a node refuses this folder", restore_remedy, true};
}

/// The values of `family::meta` by key.
class meta_check {
 public:
  meta_check(findings& out, verify_report& report) : out_(out), report_(report) {}

  /// Gives the partitions' epochs, when all could be read.
  std::optional<log_check::epochs> run(const raw_view& view, const std::string& labelled) {
    auto at = view.cursor(family::meta);
    const auto before = out_.count();
    while (at) {
      if (at->gap()) wrong("unreadable (" + at->gap()->why + ")");
      if (!at->valid()) break;
      read(at->key(), at->value());
      at->next();
    }
    if (report_.store_id.empty()) wrong("it does not say whose it is");
    if (!labelled.empty() && !report_.store_id.empty() && labelled != report_.store_id) {
      wrong("LIGHTSTICK says store " + labelled + " but the database is that of " + report_.store_id +
            ": parts of two folders were mixed");
    }
    if (out_.count() != before) return std::nullopt;
    return epochs_;
  }

 private:
  void read(std::string_view key, std::string_view value) {
    if (key == format_key) {
      take(decode_number(record_type::format, key, value), [&](auto n) { report_.format = n; });
    } else if (key == store_id_key) {
      take(decode_text(record_type::store_id, key, value), [&](auto text) { report_.store_id = text; });
    } else if (key == history_id_key) {
      take(decode_text(record_type::history_id, key, value), [&](auto text) { report_.history_id = text; });
    } else {
      read_epoch(key, value);
    }
  }

  void read_epoch(std::string_view key, std::string_view value) {
    for (std::uint16_t p = 0; p < partition_count; ++p) {
      if (key != epoch_key(partition{p})) continue;
      take(decode_number(record_type::epoch, key, value), [&](auto n) { epochs_.at(p) = epoch{n}; });
      return;
    }
  }

  template <class T, class Take>
  void take(result<T> read, Take into) {
    if (!read) return wrong(read.error().detail);
    into(*read);
  }

  void wrong(std::string what) { out_.add(refusing("rocks", std::move(what))); }

  findings& out_;
  verify_report& report_;
  log_check::epochs epochs_{};
};

/// The store id of the label; what is wrong with it goes to the report. Errors: newer_format.
result<std::string> check_label(const fs::path& path, verify_report& report) {
  auto label = data_folder::peek(path);
  if (label) return std::move(label->store_id);
  if (label.error().code == errc::newer_format) {
    return fail(errc::newer_format, "data folder " + path.string() + " cannot be verified: " + label.error().detail);
  }
  report.damage.add(refusing("LIGHTSTICK", label.error().detail));
  return std::string();
}

void add_files(rocks::files_check checked, verify_report& report) {
  report.tables = checked.tables;
  report.file_bytes = checked.bytes;
  for (auto& note : checked.notes) report.notes.push_back("rocks/" + note);
  for (auto& d : checked.damaged) {
    auto name = "rocks/" + d.name;
    if (d.stops_opening) {
      report.damage.add(refusing(std::move(name), std::move(d.what)));
    } else {
      report.damage.add(
          {std::move(name), {}, std::move(d.what), "all but the actors that have records in it", restore_remedy});
    }
  }
}

/// The record of `f` at `key`; nothing when it is not there, an error when it cannot be read.
result<std::optional<std::string>> read_one(const raw_view& view, family f, const std::string& key) {
  auto at = view.log_cursor(f, key);
  if (!at) return std::optional<std::string>{};
  if (at->gap()) return fail(errc::corrupt, at->gap()->why);
  if (!at->valid() || at->key() != key) return std::optional<std::string>{};
  return std::optional<std::string>(at->value());
}

/// An entry of `due` has its reminder. One that is damaged is named by whoever goes through the actors.
void check_reminder_of(const raw_view& view, const due_entry& due, findings& out) {
  const auto key = row_key(log_prefix({due.partition, due.log}), due.name);
  auto there = read_one(view, family::reminders, key);
  if (!there) return;
  if (*there) {
    auto stored = decode_reminder(key, **there);
    if (!stored || stored->due_ms == due.due_ms) return;
  }
  out.add({{},
           due.log,
           describe(family::due, due_key(due)) + ": there is no such reminder" + (*there ? " at that time" : ""),
           "this actor, but for what it was to be reminded of then",
           restore_remedy});
}

/// Whether a reminder is among those that fall due. True when that cannot be read: it is named as unreadable.
bool falls_due(const raw_view& view, const due_entry& due) {
  auto there = read_one(view, family::due, due_key(due));
  return !there || there->has_value();
}

/// The order in which reminders fall due, which goes across logs.
void check_due(const raw_view& view, findings& out) {
  auto at = view.cursor(family::due);
  while (at) {
    if (at->gap()) {
      out.add({{},
               {},
               "due: unreadable (" + at->gap()->why + ")",
               "all but reminders that fall due there",
               restore_remedy});
    }
    if (!at->valid()) return;
    if (auto read = decode_due(at->key(), at->value())) {
      check_reminder_of(view, *read, out);
    } else {
      auto entry = parse_due_key(at->key());
      out.add({{}, entry ? entry->log : std::string(), read.error().detail, "all but this reminder", restore_remedy});
    }
    at->next();
  }
}

void check_families(const raw_view& view, verify_report& report) {
  if (report.format != folder_format) return;  // an earlier one may lack some
  for (auto f : all_families) {
    if (view.cursor(f) != nullptr) continue;
    report.damage.add(refusing("rocks", "the database has no family '" + std::string(to_string(f)) + "'"));
  }
}

/// Progress of the second half of the way, in files' bytes, by the bytes of records.
std::function<bool(std::uint64_t)> second_half(const raw_view& view, std::uint64_t file_bytes, const progress& watch) {
  std::uint64_t raw = 1;
  if (auto sizes = view.sizes()) {
    for (const auto& s : *sizes) raw += s.raw_bytes;
  }
  return [raw, file_bytes, &watch](std::uint64_t bytes) {
    const auto part = static_cast<double>(std::min(bytes, raw)) / static_cast<double>(raw);
    return !watch ||
           watch(file_bytes + static_cast<std::uint64_t>(part * static_cast<double>(file_bytes)), 2 * file_bytes);
  };
}

}  // namespace

result<verify_report> verify_folder(const fs::path& path, const progress& watch) {
  if (auto fit = data_folder::check_is_one(path); !fit) return fail(std::move(fit.error()));
  auto lock = lock_folder_unchanged(path, "data folder");
  if (!lock) return fail(std::move(lock.error()));
  verify_report report;
  auto labelled = check_label(path, report);
  if (!labelled) return fail(std::move(labelled.error()));
  const auto engine = path / "rocks";
  rocks::open_options how{engine, false, memory_bytes};
  how.families = rocks::families::those_there;
  auto view = rocks::open_view(how);
  std::optional<std::vector<std::string>> in_use;
  if (view) in_use = (*view)->tables();
  auto first_half = [&](std::uint64_t done, std::uint64_t total) { return !watch || watch(done, 2 * total); };
  auto checked = rocks::check_files(engine, in_use, first_half);
  if (!checked) return fail(std::move(checked.error()));
  const auto file_bytes = checked->bytes;
  add_files(std::move(*checked), report);
  auto refused = [&] { return std::ranges::any_of(report.damage.kept(), &finding::refuses_folder); };
  if (!view) {
    if (!refused()) report.damage.add(refusing("rocks", view.error().detail));
    return report;
  }
  auto epochs = meta_check(report.damage, report).run(**view, *labelled);
  check_families(**view, report);
  check_due(**view, report.damage);
  log_check logs(report.damage, epochs, second_half(**view, file_bytes, watch),
                 [&](const due_entry& due) { return falls_due(**view, due); });
  if (auto walked = walk_logs(**view, logs); !walked) return fail(std::move(walked.error()));
  report.opens = !refused();
  report.actors = logs.logs();
  report.records = logs.records();
  if (watch) (void)watch(2 * file_bytes, 2 * file_bytes);
  return report;
}

}  // namespace lightstick::storage
