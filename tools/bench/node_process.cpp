#include "tools/bench/node_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <csignal>
#include <vector>

namespace lightstick::tools::bench {
namespace {

constexpr std::chrono::minutes patience{1};

/// Reads until there is a line `ready http://ADDRESS`; the address, or "" when it does not come.
std::string read_until_ready(int from, std::chrono::steady_clock::time_point until) {
  static constexpr std::string_view line = "\nready http://";
  std::string said;
  for (;;) {
    if (const auto at = said.find(line); at != std::string::npos) {
      if (const auto end = said.find('\n', at + 1); end != std::string::npos) {
        return said.substr(at + line.size(), end - at - line.size());
      }
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd waits{from, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&waits, 1, static_cast<int>(left.count())) <= 0) return {};
    std::array<char, 512> part{};
    const auto n = ::read(from, part.data(), part.size());
    if (n <= 0) return {};
    said.append(part.data(), static_cast<std::size_t>(n));
  }
}

}  // namespace

result<std::unique_ptr<node_process>> node_process::start(const std::filesystem::path& program,
                                                          const std::filesystem::path& data,
                                                          const std::filesystem::path& secret_file,
                                                          const std::vector<std::string>& options) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(errc::unavailable, "no pipe to a node");
  std::vector<std::string> words{
      program.string(), "node",        "--data",         data.string(), "--auth-secret-file", secret_file.string(),
      "--listen",       "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--log-level",        "warn"};
  words.insert(words.end(), options.begin(), options.end());
  std::vector<char*> arguments;
  for (auto& w : words) arguments.push_back(w.data());
  arguments.push_back(nullptr);
  const auto begun = std::chrono::steady_clock::now();
  const auto parent = ::getpid();
  const auto pid = ::fork();
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() == parent && ::dup2(ends[1], STDOUT_FILENO) >= 0) ::execv(program.c_str(), arguments.data());
    ::_exit(1);
  }
  ::close(ends[1]);
  if (pid < 0) {
    ::close(ends[0]);
    return fail(errc::unavailable, "no process for a node");
  }
  std::unique_ptr<node_process> made(new node_process(pid));
  made->address_ = read_until_ready(ends[0], begun + patience);
  made->took_ = std::chrono::steady_clock::now() - begun;
  ::close(ends[0]);
  if (made->address_.empty()) return fail(errc::unavailable, "no node became ready of " + program.string());
  return made;
}

node_process::~node_process() {
  ::kill(pid_, SIGTERM);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace lightstick::tools::bench
