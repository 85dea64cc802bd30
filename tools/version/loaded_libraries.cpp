#include "tools/version/loaded_libraries.hpp"

#include <link.h>

#include <filesystem>

namespace lightstick::tools {
namespace {

int collect(dl_phdr_info* info, std::size_t /*size*/, void* out) {
  std::string file = info->dlpi_name == nullptr ? "" : info->dlpi_name;
  if (file.starts_with('/')) static_cast<std::vector<std::string>*>(out)->push_back(std::move(file));
  return 0;
}

}  // namespace

loaded_library parse_library_file(const std::string& file) {
  auto name = std::filesystem::path(file).filename().string();
  auto so = name.find(".so");
  loaded_library out;
  out.file = file;
  out.name = name.substr(0, so);
  if (out.name.starts_with("lib")) out.name.erase(0, 3);
  if (so != std::string::npos && name.size() > so + 4) out.version = name.substr(so + 4);
  return out;
}

std::vector<loaded_library> loaded_libraries() {
  std::vector<std::string> files;
  dl_iterate_phdr(collect, &files);
  std::vector<loaded_library> out;
  for (const auto& file : files) {
    std::error_code failed;
    auto real = std::filesystem::canonical(file, failed);
    out.push_back(parse_library_file(failed ? file : real.string()));
  }
  return out;
}

}  // namespace lightstick::tools
