#include "tools/care/reports.hpp"

#include <array>
#include <ctime>

#include "gateway/wire/json.hpp"
#include "tools/care/finding_lines.hpp"
#include "tools/text/table.hpp"
#include "tools/text/units.hpp"

namespace lightstick::tools {
namespace {

namespace wire = gateway::wire;
using text::human_size;
using text::table;

constexpr auto right = table::align::right;

wire::member text_of(const char* key, const std::string& value) { return {key, wire::value(text::printable(value))}; }
wire::member number_of(const char* key, std::uint64_t value) { return {key, wire::value(value)}; }
wire::member time_of(const char* key, std::int64_t ms) { return {key, ms == 0 ? wire::value() : wire::value(ms)}; }

std::string expiry_text(std::int64_t ms) { return ms == 0 ? "never" : utc_text(ms); }

wire::value info_value(const storage::backup_info& b) {
  return wire::value(wire::map{number_of("id", b.id), time_of("made_ms", b.label.made_ms),
                               number_of("size_bytes", b.size_bytes), number_of("files", b.files),
                               time_of("expires_ms", b.expires_ms), text_of("store", b.label.store_id),
                               text_of("history", b.label.history.str()), number_of("format", b.label.format)});
}

std::string levels_text(const storage::family_size& f) {
  std::string out;
  for (const auto& l : f.levels) {
    out += (out.empty() ? "" : ",") + ("L" + std::to_string(l.level)) + ":" + std::to_string(l.files);
  }
  return out;
}

}  // namespace

std::string utc_text(std::int64_t ms) {
  const std::time_t seconds = ms / 1000;
  std::tm parts{};
  if (::gmtime_r(&seconds, &parts) == nullptr) return std::to_string(ms);
  std::array<char, 32> out{};
  return {out.data(), std::strftime(out.data(), out.size(), "%Y-%m-%d %H:%M:%SZ", &parts)};
}

std::string to_json(const wire::value& v) {
  std::string out;
  wire::json_writer w(out);
  wire::write(w, v);
  return out;
}

std::string to_text(const storage::backup_made& made, const std::filesystem::path& to) {
  std::string out = "back-up " + std::to_string(made.made.id) + " in " + text::printable(to.string()) + ": " +
                    human_size(made.made.size_bytes) + " in " + std::to_string(made.made.files) + " files, " +
                    human_size(made.new_bytes) + " of them new\n";
  out += "it holds everything that was acknowledged before " + utc_text(made.made.label.made_ms) + "\n";
  if (made.removed > 0) out += std::to_string(made.removed) + " expired and were removed\n";
  out += made.oldest_expires_ms ? "the oldest expires at " + utc_text(*made.oldest_expires_ms) + "\n"
                                : "none of them expires by its age; --keep-for 30d changes that\n";
  return out;
}

wire::value to_value(const storage::backup_made& made) {
  return wire::value(wire::map{{"backup", info_value(made.made)},
                               number_of("new_bytes", made.new_bytes),
                               number_of("removed", made.removed),
                               time_of("oldest_expires_ms", made.oldest_expires_ms.value_or(0))});
}

std::string to_text(const storage::backup_list& list, wall_ms now) {
  table rows({{"id", right}, {"made"}, {"size", right}, {"files", right}, {"expires"}});
  for (const auto& b : list.backups) {
    auto expires = expiry_text(b.expires_ms);
    if (b.expires_ms != 0 && b.expires_ms <= now.value) expires += " (over)";
    rows.add(
        {std::to_string(b.id), utc_text(b.label.made_ms), human_size(b.size_bytes), std::to_string(b.files), expires});
  }
  auto out = rows.to_string();
  for (auto id : list.damaged) {
    out +=
        "back-up " + std::to_string(id) + " is damaged: files are missing or cut; the next one mends or removes it\n";
  }
  out += "of store " + text::printable(list.store_id) + ", " + human_size(list.disk_bytes) +
         " on the disk, files that they share counted once\n";
  return out;
}

wire::value to_value(const storage::backup_list& list) {
  wire::array backups;
  for (const auto& b : list.backups) backups.push_back(info_value(b));
  wire::array damaged;
  for (auto id : list.damaged) damaged.emplace_back(std::uint64_t{id});
  return wire::value(wire::map{text_of("store", list.store_id),
                               number_of("disk_bytes", list.disk_bytes),
                               number_of("keep", list.rule.keep),
                               number_of("keep_for_ms", static_cast<std::uint64_t>(list.rule.keep_for_ms)),
                               {"backups", wire::value(std::move(backups))},
                               {"damaged", wire::value(std::move(damaged))}});
}

std::string to_text(const storage::restored& done, const std::filesystem::path& to) {
  return "back-up " + std::to_string(done.from.id) + " restored into " + text::printable(to.string()) +
         ", every file's checksum checked\n" + "what was acknowledged after " + utc_text(done.from.label.made_ms) +
         " is not in it: that is lost\n" + "it is a new store, " + done.store_id + " (before " +
         text::printable(done.from.label.store_id) + "), with a new history, " + done.history.str() +
         ": clients are told to read again what they had read. Its back-ups go to a folder of their own\n" +
         "start it: lightstick node --data " + text::printable(to.string()) + " ...\n";
}

wire::value to_value(const storage::restored& done) {
  return wire::value(wire::map{{"from", info_value(done.from)},
                               text_of("store", done.store_id),
                               text_of("history", done.history.str()),
                               time_of("lost_after_ms", done.from.label.made_ms)});
}

std::string to_text(const storage::verify_report& r, const std::filesystem::path& path) {
  std::string out = finding_lines(r.damage);
  for (const auto& note : r.notes) out += "note: " + text::printable(note) + "\n";
  out += text::printable(path.string()) + ": " + std::to_string(r.tables) + " tables, " + human_size(r.file_bytes) +
         ", " + std::to_string(r.actors) + " actors, " + std::to_string(r.records) + " records, " +
         std::to_string(r.damage.count()) + " damaged" +
         (r.damage.count() == 0 ? ""
          : r.opens             ? "; a node starts with it"
                                : "; a node refuses to start with it") +
         "\n";
  return out;
}

wire::value to_value(const storage::verify_report& r) {
  wire::array notes;
  for (const auto& note : r.notes) notes.emplace_back(text::printable(note));
  wire::map out{{"clean", wire::value(r.damage.count() == 0)}, {"opens", wire::value(r.opens)}};
  add_findings(out, r.damage);
  for (auto&& m : wire::map{{"notes", wire::value(std::move(notes))},
                            text_of("store", r.store_id),
                            text_of("history", r.history_id),
                            number_of("format", r.format),
                            number_of("tables", r.tables),
                            number_of("file_bytes", r.file_bytes),
                            number_of("actors", r.actors),
                            number_of("records", r.records)}) {
    out.push_back(m);
  }
  return wire::value(std::move(out));
}

std::string to_text(const storage::store_stats& s) {
  std::string out = "store " + text::printable(s.store_id) + ", history " + text::printable(s.history_id) +
                    ", format " + std::to_string(s.format) + ", write-ahead log " + human_size(s.log_bytes) + "\n\n";
  table families({{"family"}, {"size", right}, {"entries", right}, {"raw", right}, {"levels"}, {"compression"}});
  for (const auto& f : s.families) {
    families.add({std::string(to_string(f.family)), human_size(f.bytes), std::to_string(f.entries),
                  human_size(f.raw_bytes), levels_text(f), f.compression});
  }
  table kinds({{"kind"}, {"actors", right}, {"raw", right}});
  for (const auto& k : s.kinds) kinds.add({k.kind, std::to_string(k.actors), human_size(k.bytes)});
  table largest({{"actor"}, {"raw", right}, {"records", right}});
  for (const auto& a : s.largest) largest.add({a.actor, human_size(a.bytes), std::to_string(a.records)});
  out += families.to_string() + "\n" + kinds.to_string();
  if (largest.rows() > 0) out += "\n" + largest.to_string();
  if (s.damaged_stretches > 0) {
    out += "\ndamage was passed over " + std::to_string(s.damaged_stretches) +
           " times, so these numbers are too low; lightstick verify names it\n";
  }
  return out;
}

wire::value to_value(const storage::store_stats& s) {
  wire::array families;
  for (const auto& f : s.families) {
    wire::array levels;
    for (const auto& l : f.levels) {
      levels.emplace_back(wire::map{number_of("level", static_cast<std::uint64_t>(l.level)),
                                    number_of("files", l.files), number_of("size_bytes", l.bytes)});
    }
    families.emplace_back(wire::map{text_of("family", std::string(to_string(f.family))),
                                    number_of("size_bytes", f.bytes),
                                    number_of("entries", f.entries),
                                    number_of("raw_bytes", f.raw_bytes),
                                    {"levels", wire::value(std::move(levels))},
                                    text_of("compression", f.compression)});
  }
  wire::array kinds;
  for (const auto& k : s.kinds) {
    kinds.emplace_back(
        wire::map{text_of("kind", k.kind), number_of("actors", k.actors), number_of("raw_bytes", k.bytes)});
  }
  wire::array largest;
  for (const auto& a : s.largest) {
    largest.emplace_back(
        wire::map{text_of("actor", a.actor), number_of("raw_bytes", a.bytes), number_of("records", a.records)});
  }
  return wire::value(wire::map{text_of("store", s.store_id),
                               text_of("history", s.history_id),
                               number_of("format", s.format),
                               number_of("log_bytes", s.log_bytes),
                               number_of("actors", s.actors),
                               number_of("records", s.records),
                               number_of("raw_bytes", s.bytes),
                               number_of("damaged_stretches", s.damaged_stretches),
                               {"families", wire::value(std::move(families))},
                               {"kinds", wire::value(std::move(kinds))},
                               {"largest", wire::value(std::move(largest))}});
}

}  // namespace lightstick::tools
