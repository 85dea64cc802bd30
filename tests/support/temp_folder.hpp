#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace lightstick::test {

/// A new folder, removed with all that is in it. LIGHTSTICK_KEEP=1 in the environment keeps it.
class temp_folder {
 public:
  temp_folder();
  ~temp_folder();
  temp_folder(const temp_folder&) = delete;
  temp_folder& operator=(const temp_folder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// Empty when there is no such file.
[[nodiscard]] std::string read_file(const std::filesystem::path& file);
/// Readable by this user only, as a secret has to be.
void write_file(const std::filesystem::path& file, std::string_view content);

}  // namespace lightstick::test
