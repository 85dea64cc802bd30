#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "gateway/auth/tokens.hpp"

namespace lightstick::gateway::auth {
namespace {

constexpr std::size_t secret_bytes_max = 4'096;
constexpr std::string_view way_out = ": make one with `head -c 48 /dev/urandom | base64 -w0 > FILE && chmod 600 FILE`";

std::string about(const std::string& path, std::string_view what, std::string_view remedy = {}) {
  return std::string("secret file '").append(path).append("' ").append(what).append(remedy);
}

}  // namespace

result<std::string> read_secret_file(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
    return fail(errc::not_found, about(path, "does not exist", way_out));
  }
  if (S_ISDIR(info.st_mode)) return fail(errc::invalid, about(path, "is a folder: name the file in it"));
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string secret(secret_bytes_max + 1, '\0');
  if (file) file.read(secret.data(), static_cast<std::streamsize>(secret.size()));
  if (!file.is_open() || file.bad()) {
    return fail(errc::denied, about(path, std::string("cannot be read (") + std::strerror(errno) +
                                              "): give this user the right to read it"));
  }
  secret.resize(static_cast<std::size_t>(file.gcount()));
  if (secret.size() > secret_bytes_max) {
    return fail(errc::invalid, about(path, "is longer than " + std::to_string(secret_bytes_max) + " bytes", way_out));
  }
  if (secret.ends_with('\n')) secret.pop_back();
  if (secret.size() < secret_bytes_min) {
    return fail(
        errc::invalid,
        about(path, "holds " + std::to_string(secret.size()) + " bytes, fewer than " + std::to_string(secret_bytes_min),
              way_out));
  }
  return secret;
}

}  // namespace lightstick::gateway::auth
