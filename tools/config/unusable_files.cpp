#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "gateway/auth/tokens.hpp"
#include "tools/config/load.hpp"

namespace lightstick::tools::config {
namespace {

/// Why the file cannot be read; empty when it can.
std::string why_unreadable(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return std::strerror(errno);
  struct stat info {};
  const bool folder = ::fstat(fd, &info) == 0 && S_ISDIR(info.st_mode);
  ::close(fd);
  return folder ? "it is a folder" : "";
}

}  // namespace

problems unusable_files(const effective& e) {
  problems out;
  if (auto secret = gateway::auth::read_secret_file(e.values.secret_file); !secret) {
    out.push_back(e.place_of("auth.secret_file") + ": " + secret.error().detail);
  }
  const auto& keys = e.values.keys;
  if (!keys.from.empty() && !keys.is_url()) {
    if (auto read = gateway::auth::read_key_file(keys.from); !read) {
      out.push_back(e.place_of("auth.jwks") + ": " + read.error().detail);
    }
  }
  const auto& hook = e.values.gateway.hook;
  if (!hook.secret_file.empty()) {
    if (auto secret = gateway::auth::read_secret_file(hook.secret_file); !secret) {
      out.push_back(e.place_of("hooks.secret_file") + ": " + secret.error().detail);
    }
  }
  const auto& tls = e.values.gateway.tls;
  for (const auto& [name, path] : {std::pair{"tls.certificate", tls.certificate},
                                   {"tls.private_key", tls.private_key},
                                   {"auth.jwks_ca", keys.ca_file},
                                   {"hooks.ca", hook.ca_file}}) {
    if (path.empty()) continue;
    if (auto why = why_unreadable(path); !why.empty()) {
      out.push_back(e.place_of(name) + ": " + path + " cannot be read: " + why);
    }
  }
  return out;
}

}  // namespace lightstick::tools::config
