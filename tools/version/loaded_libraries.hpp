#pragma once

#include <string>
#include <vector>

namespace lightstick::tools {

struct loaded_library {
  std::string name;     ///< "rocksdb"
  std::string version;  ///< "7.8.3", from the name of the file; may be empty
  std::string file;     ///< "/usr/lib/x86_64-linux-gnu/librocksdb.so.7.8.3"
};

/// The shared libraries that this process really runs with, in the order of loading, symbolic links followed.
/// It asks the loader instead of headers, so that it tells what an upgrade of the machine has changed.
[[nodiscard]] std::vector<loaded_library> loaded_libraries();

/// "/usr/lib/librocksdb.so.7.8.3" -> rocksdb, 7.8.3. Pure.
[[nodiscard]] loaded_library parse_library_file(const std::string& file);

}  // namespace lightstick::tools
