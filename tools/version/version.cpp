#include "tools/version/version.hpp"

#ifndef LIGHTSTICK_VERSION
#define LIGHTSTICK_VERSION "unknown"
#endif
#ifndef LIGHTSTICK_COMMIT
#define LIGHTSTICK_COMMIT "unknown"
#endif

namespace lightstick::tools {

std::string_view version() noexcept { return LIGHTSTICK_VERSION; }
std::string_view commit() noexcept { return LIGHTSTICK_COMMIT; }
std::string_view compiler() noexcept {
#ifdef __clang__
  return "clang++ " __clang_version__;
#else
  return "g++ " __VERSION__;
#endif
}

}  // namespace lightstick::tools
