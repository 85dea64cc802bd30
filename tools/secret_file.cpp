#include "tools/secret_file.hpp"

#include <sys/stat.h>

#include "gateway/auth/tokens.hpp"
#include "runtime/base/log.hpp"

namespace lightstick::tools {

result<std::string> load_secret(const std::string& path) {
  auto secret = gateway::auth::read_secret_file(path);
  if (!secret) return secret;
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    LS_LOG(tools, warn, "other users of this machine may read the secret: chmod 600 it", {"file", path});
  }
  return secret;
}

}  // namespace lightstick::tools
