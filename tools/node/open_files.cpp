#include "tools/node/open_files.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace lightstick::tools {

std::optional<std::string> ensure_open_files(std::uint64_t connections) {
  auto wanted = connections + open_files_slack;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return "the limit of open files cannot be read";
  if (limit.rlim_cur >= wanted) return std::nullopt;
  auto before = limit.rlim_cur;
  limit.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = before;
  if (limit.rlim_cur >= wanted) return std::nullopt;
  auto possible = limit.rlim_cur > open_files_slack ? limit.rlim_cur - open_files_slack : 0;
  return "limits.connections is " + std::to_string(connections) + ", but this process may open " +
         std::to_string(limit.rlim_cur) + " files, enough for " + std::to_string(possible) +
         " connections: raise the hard limit to " + std::to_string(wanted) +
         " (ulimit -Hn, LimitNOFILE= of systemd), or lower limits.connections";
}

}  // namespace lightstick::tools
