// The label of a data folder: the input is the file.

#include <unistd.h>
#include <filesystem>
#include <fstream>

#include "storage/data_folder.hpp"
#include "tests/fuzz/input.hpp"

namespace {

namespace fs = std::filesystem;

/// Lives as long as the process.
class folder {
 public:
  folder() : path_(fs::temp_directory_path() / ("lightstick-fuzz-label-" + std::to_string(::getpid()))) {
    fs::create_directories(path_ / "rocks");
    std::ofstream(path_ / "rocks" / "CURRENT") << "MANIFEST-000001\n";
  }
  ~folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  folder(const folder&) = delete;
  folder& operator=(const folder&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const folder here;
  std::ofstream(here.path() / "LIGHTSTICK", std::ios::binary | std::ios::trunc)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  auto opened = lightstick::storage::data_folder::open(here.path(), false);
  if (opened) {
    lightstick::fuzz::require(opened->store_id() && !opened->store_id()->empty());
  } else {
    lightstick::fuzz::require(!opened.error().to_string().empty());
  }
  return 0;
}
