#include "tools/exit_code.hpp"

#include <iostream>

namespace lightstick::tools {

exit_code complain(exit_code code, std::string_view message) {
  std::cerr << "lightstick: " << message << '\n' << std::flush;
  return code;
}

std::string sentence(const error& e) { return e.detail.empty() ? e.code.message() : e.detail; }

}  // namespace lightstick::tools
