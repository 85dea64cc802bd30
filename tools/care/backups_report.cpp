#include "tools/care/backups_report.hpp"

#include "tools/care/finding_lines.hpp"
#include "tools/text/table.hpp"
#include "tools/text/units.hpp"

namespace lightstick::tools {

namespace wire = gateway::wire;

std::string to_text(const storage::backups_report& r, const std::filesystem::path& path) {
  std::string whole;
  for (auto id : r.whole) whole += (whole.empty() ? "" : ", ") + std::to_string(id);
  return finding_lines(r.damage) + text::printable(path.string()) + ": " + std::to_string(r.backups) + " back-ups, " +
         std::to_string(r.files) + " files, " + text::human_size(r.file_bytes) + ", " +
         std::to_string(r.damage.count()) + " damaged" +
         (r.damage.count() == 0 ? ""
          : whole.empty()       ? "; no back-up is whole"
                                : "; whole: back-up " + whole) +
         "\n";
}

wire::value to_value(const storage::backups_report& r) {
  wire::array whole;
  for (auto id : r.whole) whole.emplace_back(std::uint64_t{id});
  wire::map out{{"clean", wire::value(r.damage.count() == 0)}};
  add_findings(out, r.damage);
  out.push_back({"store", wire::value(text::printable(r.store_id))});
  out.push_back({"backups", wire::value(r.backups)});
  out.push_back({"whole", wire::value(std::move(whole))});
  out.push_back({"files", wire::value(r.files)});
  out.push_back({"file_bytes", wire::value(r.file_bytes)});
  return wire::value(std::move(out));
}

}  // namespace lightstick::tools
