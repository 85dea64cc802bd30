#include "storage/rocks/check_backups.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fstream>
#include <map>

#include "storage/errc.hpp"
#include "storage/files.hpp"
#include "storage/rocks/record_file.hpp"

namespace lightstick::storage::rocks {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t line_bytes_max = 64U << 10U;
constexpr std::size_t chunk_bytes = 1U << 20U;
constexpr std::string_view label_begin = "metadata ";
constexpr std::string_view checksum_begin = " crc32 ";

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number out = 0;
  auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || bad != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

bool stays_inside(const fs::path& name) {
  return !name.empty() && name.is_relative() && std::ranges::find(name, fs::path("..")) == name.end();
}

std::optional<listed_file> parse_file(const std::string& line) {
  const auto at = line.find(checksum_begin);
  if (at == std::string::npos) return std::nullopt;
  auto checksum = number_of<std::uint32_t>(std::string_view(line).substr(at + checksum_begin.size()));
  listed_file out{line.substr(0, at), checksum.value_or(0)};
  if (!checksum || !stays_inside(out.name)) return std::nullopt;
  return out;
}

struct shared_file {
  std::uint32_t checksum = 0;
  std::uint64_t bytes = 0;
  std::vector<std::uint32_t> backups;
};

class checking {
 public:
  checking(const fs::path& folder, const progress& watch) : folder_(folder), watch_(watch) {}

  result<backups_check> run(std::optional<std::uint32_t> only) {
    auto ids = ids_in(only);
    if (!ids) return fail(std::move(ids.error()));
    out_.backups = ids->size();
    for (auto id : *ids) read_list(id);
    for (const auto& [name, file] : files_) total_ += file.bytes;
    for (const auto& [name, file] : files_) {
      if (auto read = check(name, file); !read) return fail(std::move(read.error()));
    }
    out_.files = files_.size();
    for (auto id : *ids) {
      if (std::ranges::none_of(out_.damaged, [&](const auto& d) { return std::ranges::count(d.backups, id) > 0; })) {
        out_.whole.push_back(id);
      }
    }
    return std::move(out_);
  }

 private:
  result<std::vector<std::uint32_t>> ids_in(std::optional<std::uint32_t> only) const {
    std::vector<std::uint32_t> out;
    if (only) return std::vector{*only};
    const auto failure = each_in(folder_ / "meta", [&](const fs::directory_entry& item) {
      auto id = number_of<std::uint32_t>(item.path().filename().string());
      if (id) out.push_back(*id);  // what else is there an interrupted back-up has left
    });
    std::error_code unseen;
    const bool none_yet = failure == std::errc::no_such_file_or_directory && !fs::exists(folder_, unseen) && !unseen;
    if (failure && !none_yet) {
      return fail(errc::io_failed, "cannot read " + (folder_ / "meta").string() + ": " + failure.message());
    }
    std::ranges::sort(out);
    return out;
  }

  void read_list(std::uint32_t id) {
    const auto name = "meta/" + std::to_string(id);
    std::ifstream in(folder_ / name, std::ios::binary);
    auto listed = in ? read_backup_list(in) : fail(errc::corrupt, "is missing or cannot be read");
    if (!listed) {
      out_.damaged.push_back({name, listed.error().detail, {id}});
      return;
    }
    for (const auto& f : *listed) add(f, id);
  }

  void add(const listed_file& f, std::uint32_t id) {
    auto [at, is_new] = files_.try_emplace(f.name);
    auto& file = at->second;
    if (is_new) {
      std::error_code gone;
      const auto bytes = fs::file_size(folder_ / f.name, gone);
      file = {f.checksum, gone ? 0 : bytes, {}};
    }
    if (!std::ranges::count(file.backups, id)) file.backups.push_back(id);
    if (file.checksum == f.checksum) return;
    out_.damaged.push_back({f.name, "back-ups differ in what they say its checksum is", file.backups});
  }

  /// Errors: stopping.
  result<void> check(const std::string& name, const shared_file& file) {
    std::ifstream in(folder_ / name, std::ios::binary);
    if (!in) {
      out_.damaged.push_back(
          {name, "is missing or cannot be read: " + std::string(std::strerror(errno)), file.backups});
      return {};
    }
    std::uint32_t crc = 0;
    for (chunk_.resize(chunk_bytes); in;) {
      in.read(chunk_.data(), static_cast<std::streamsize>(chunk_.size()));
      const auto bytes = static_cast<std::size_t>(in.gcount());
      crc = crc32c(crc, chunk_.data(), bytes);
      out_.bytes += bytes;
      if (watch_ && !watch_(std::min(out_.bytes, total_), total_)) {
        return fail(errc::stopping, "the check was ended before it was through");
      }
    }
    if (in.bad()) {
      out_.damaged.push_back({name, "cannot be read to its end: " + std::string(std::strerror(errno)), file.backups});
    } else if (crc != file.checksum) {
      out_.damaged.push_back({name,
                              "its checksum is " + std::to_string(crc) + ", but was " + std::to_string(file.checksum) +
                                  " when it was copied",
                              file.backups});
    }
    return {};
  }

  const fs::path& folder_;
  const progress& watch_;
  backups_check out_;
  std::map<std::string, shared_file> files_;
  std::string chunk_;
  std::uint64_t total_ = 0;
};

}  // namespace

result<std::vector<listed_file>> read_backup_list(std::istream& in) {
  auto wrong = [](const std::string& what) { return fail(errc::corrupt, "is no list of a back-up: " + what); };
  std::string line;
  auto next = [&] { return static_cast<bool>(std::getline(in, line)) && line.size() <= line_bytes_max; };
  for (const auto* what : {"when it was made", "its sequence"}) {
    if (!next() || !number_of<std::uint64_t>(line)) return wrong(std::string("it does not say ") + what);
  }
  if (!next()) return wrong("it ends too early");
  if (line.starts_with(label_begin) && !next()) return wrong("it ends too early");
  const auto count = number_of<std::uint64_t>(line);
  if (!count) return wrong("it does not say how many files it has");
  std::vector<listed_file> out;
  while (next()) {
    auto file = parse_file(line);
    if (!file) return wrong("line '" + line.substr(0, 100) + "'");
    out.push_back(std::move(*file));
  }
  if (out.size() != *count) {
    return wrong("it has " + std::to_string(out.size()) + " files instead of " + std::to_string(*count));
  }
  return out;
}

result<backups_check> check_backups(const fs::path& folder, std::optional<std::uint32_t> only, const progress& watch) {
  return checking(folder, watch).run(only);
}

}  // namespace lightstick::storage::rocks
