#include "tools/bench/node_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <csignal>
#include <vector>

namespace lightstick::tools::bench {
namespace {

constexpr std::chrono::minutes patience{1};

/// Reads until there is a line that begins with `ready`.
bool read_until_ready(int from, std::chrono::steady_clock::time_point until) {
  std::string said;
  while (said.find("\nready ") == std::string::npos) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd waits{from, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&waits, 1, static_cast<int>(left.count())) <= 0) return false;
    std::array<char, 512> part{};
    const auto n = ::read(from, part.data(), part.size());
    if (n <= 0) return false;
    said.append(part.data(), static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

result<std::unique_ptr<node_process>> node_process::start(const std::filesystem::path& program,
                                                          const std::filesystem::path& data,
                                                          const std::filesystem::path& secret_file) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(errc::unavailable, "no pipe to a node");
  std::vector<std::string> words{
      program.string(), "node",        "--data",         data.string(), "--auth-secret-file", secret_file.string(),
      "--listen",       "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--log-level",        "warn"};
  std::vector<char*> arguments;
  for (auto& w : words) arguments.push_back(w.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  pid_t pid = 0;
  const auto begun = std::chrono::steady_clock::now();
  const int failure = ::posix_spawn(&pid, program.c_str(), &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (failure != 0) {
    ::close(ends[0]);
    return fail(errc::unavailable, "no node from " + program.string());
  }
  std::unique_ptr<node_process> made(new node_process(pid));
  const bool ready = read_until_ready(ends[0], begun + patience);
  made->took_ = std::chrono::steady_clock::now() - begun;
  ::close(ends[0]);
  if (!ready) return fail(errc::unavailable, "the node did not become ready");
  return made;
}

node_process::~node_process() {
  ::kill(pid_, SIGTERM);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace lightstick::tools::bench
