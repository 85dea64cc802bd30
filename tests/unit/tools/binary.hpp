#pragma once

#include <string>
#include <vector>

namespace lightstick::tools {

struct outcome {
  int code = -1;  ///< of the exit; 128 + signal when it was killed
  std::string out;
  std::string err;
};

/// Runs the program that was built, with an environment of its own (`environment`, as "NAME=value"), to its end.
[[nodiscard]] outcome run_binary(const std::vector<std::string>& arguments,
                                 const std::vector<std::string>& environment = {});

}  // namespace lightstick::tools
