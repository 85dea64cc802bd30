#include "tests/support/process.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "tests/support/temp_folder.hpp"

namespace lightstick::test {
namespace {

/// In the child, between fork and exec: only what is safe in a signal handler.
[[noreturn]] void become(const char* program, char* const* argv, int out, int err) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::signal(SIGPIPE, SIG_DFL);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  execv(program, argv);
  _exit(127);
}

int open_for_output(const std::filesystem::path& file) {
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) {
    throw std::system_error(errno, std::generic_category(), file.string());
  }
  return fd;
}

}  // namespace

process::process(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                 const std::filesystem::path& out, const std::filesystem::path& err) {
  if (!std::filesystem::exists(program)) {
    throw std::runtime_error(program.string() + " does not exist: build it first, or set LIGHTSTICK_BINARY");
  }
  std::vector<std::string> words{program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (auto& word : words) {
    argv.push_back(word.data());
  }
  argv.push_back(nullptr);
  const int out_fd = open_for_output(out);
  const int err_fd = open_for_output(err);
  pid_ = fork();
  if (pid_ == 0) {
    become(program.c_str(), argv.data(), out_fd, err_fd);
  }
  close(out_fd);
  close(err_fd);
  if (pid_ < 0) {
    throw std::system_error(errno, std::generic_category(), "fork");
  }
}

process::~process() {
  if (!ended()) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
}

void process::signal(int number) const {
  if (!end_) {
    kill(pid_, number);
  }
}

std::optional<process_end> process::ended() {
  int status = 0;
  if (!end_ && waitpid(pid_, &status, WNOHANG) == pid_) {
    end_ = WIFSIGNALED(status) ? process_end{-1, WTERMSIG(status)} : process_end{WEXITSTATUS(status), 0};
  }
  return end_;
}

process_end process::wait(milliseconds limit) {
  if (!poll_until([this] { return ended().has_value(); }, limit, milliseconds{2})) {
    throw timed_out("process " + std::to_string(pid_) + " did not end");
  }
  return *end_;
}

std::uint64_t process::rss_bytes() const {
  std::ifstream in("/proc/" + std::to_string(pid_) + "/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  if (!(in >> total >> resident)) {
    throw std::runtime_error("process " + std::to_string(pid_) + " is gone");
  }
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::chrono::microseconds process::cpu_time() const {
  const auto stat = read_file("/proc/" + std::to_string(pid_) + "/stat");
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos) {
    throw std::runtime_error("process " + std::to_string(pid_) + " is gone");
  }
  // proc(5): after the name come fields 3 and on; utime is the 14th and stime the 15th.
  std::istringstream fields(stat.substr(name_end + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) {
    fields >> skipped;
  }
  std::uint64_t user = 0;
  std::uint64_t system = 0;
  fields >> user >> system;
  return std::chrono::microseconds{(user + system) * 1'000'000 / static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK))};
}

std::size_t process::open_files() const {
  const std::filesystem::directory_iterator files("/proc/" + std::to_string(pid_) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

run_result run(const std::filesystem::path& program, const std::vector<std::string>& arguments, milliseconds limit) {
  const temp_folder folder;
  process running(program, arguments, folder / "out", folder / "err");
  const auto end = running.wait(limit);
  return {end.exit_code, read_file(folder / "out"), read_file(folder / "err")};
}

std::filesystem::path lightstick_binary() {
  if (const char* named = std::getenv("LIGHTSTICK_BINARY")) {
    return named;
  }
  const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const auto beside = folder / "lightstick";
  return std::filesystem::is_regular_file(beside) ? beside : folder.parent_path() / "lightstick";
}

}  // namespace lightstick::test
