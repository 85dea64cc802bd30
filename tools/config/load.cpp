#include "tools/config/load.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tools/config/option.hpp"
#include "tools/config/toml_file.hpp"

namespace lightstick::tools::config {
namespace {

result<std::string> read_file(const std::string& file) {
  auto wrong = [&](const std::string& why) {
    return fail(errc::invalid, file + ": cannot be read: " + why + "; name another with --config FILE");
  };
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) return wrong("it is a folder");
  std::ifstream in(file, std::ios::binary);
  if (!in) return wrong(std::strerror(errno));
  std::string text(file_bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return wrong("reading failed");
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > file_bytes_max) return wrong("it is larger than 1MiB");
  return text;
}

void apply_file(effective& e, std::string_view toml, problems& wrong) {
  auto contents = read_toml(toml, e.file);
  for (const auto& s : contents.settings) {
    const auto* o = find_option(s.name);
    if (o == nullptr) continue;
    e.origins[s.name] = {origin::source::file, s.line};
    auto done = o->set(e.values, s.texts);
    if (!done) contents.problems.push_back({s.line, e.place_of(s.name) + ": " + done.error().detail});
  }
  std::ranges::stable_sort(contents.problems, {}, &toml_problem::line);
  for (auto& problem : contents.problems) wrong.push_back(std::move(problem.text));
}

void apply_arguments(effective& e, std::span<const argument> arguments, problems& wrong) {
  for (const auto& a : arguments) {
    const auto* o = find_option(a.name);
    if (o == nullptr) continue;
    e.origins[a.name] = {origin::source::command_line, 0};
    if (auto done = o->set(e.values, a.texts); !done) wrong.push_back(e.place_of(a.name) + ": " + done.error().detail);
  }
}

}  // namespace

std::string effective::place_of(std::string_view option_name) const {
  auto found = origins.find(option_name);
  if (found != origins.end() && found->second.from == origin::source::file) {
    return file + ":" + std::to_string(found->second.line) + ": " + std::string(option_name);
  }
  const auto* o = find_option(option_name);
  return o == nullptr ? std::string(option_name) : o->flag();
}

tl::expected<effective, problems> load_text(std::string_view toml, const std::string& file,
                                            std::span<const argument> arguments) {
  effective e;
  e.file = file;
  problems wrong;
  if (!file.empty()) apply_file(e, toml, wrong);
  apply_arguments(e, arguments, wrong);
  if (wrong.empty()) wrong = impossible(e);
  if (!wrong.empty()) return tl::unexpected(std::move(wrong));
  return e;
}

tl::expected<effective, problems> load(const std::string& file, std::span<const argument> arguments) {
  if (file.empty()) return load_text({}, {}, arguments);
  auto text = read_file(file);
  if (!text) return tl::unexpected(problems{text.error().detail});
  return load_text(*text, file, arguments);
}

problems missing(const effective& e) {
  problems out;
  for (const auto& o : options()) {
    if (!o.required || !o.get(e.values).empty()) continue;
    auto in_file = o.section().empty() ? std::string() : "[" + std::string(o.section()) + "] ";
    out.push_back(o.flag() + " " + o.placeholder + " is missing (or " + in_file + std::string(o.key()) +
                  " = \"...\" in the file of --config): " + o.help);
  }
  return out;
}

}  // namespace lightstick::tools::config
