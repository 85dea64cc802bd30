#include "lightstick/tools/exit_code.hpp"

#include <iostream>

namespace lightstick::tools {

exit_code complain(exit_code code, std::string_view message) {
  std::cerr << "lightstick: " << message << '\n' << std::flush;
  return code;
}

}  // namespace lightstick::tools
