#include "tools/node/signals.hpp"

#include <pthread.h>
#include <unistd.h>

#include <string_view>
#include <thread>

namespace lightstick::tools {
namespace {

bool is_ignored(int signal) {
  struct sigaction now {};
  return ::sigaction(signal, nullptr, &now) == 0 && (now.sa_flags & SA_SIGINFO) == 0 && now.sa_handler == SIG_IGN;
}

}  // namespace

node_signals::node_signals() : set_(), hangup_(::isatty(STDIN_FILENO) == 1 ? hangup_is::the_end : hangup_is::reread) {
  ::sigemptyset(&set_);
  ::sigaddset(&set_, SIGTERM);
  ::sigaddset(&set_, SIGINT);
  if (!is_ignored(SIGHUP)) ::sigaddset(&set_, SIGHUP);
  ::pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

int node_signals::wait() const {
  int signal = 0;
  while (::sigwait(&set_, &signal) != 0) {
  }
  return signal;
}

void node_signals::end_at_next() const {
  // Detached: it waits for what may never come, and ends the process itself when it does.
  std::thread([signals = *this] {
    while (signals.wait() == SIGHUP && signals.hangup() == hangup_is::reread) {
    }
    constexpr std::string_view last_words = "lightstick: second signal: ended at once, clients were not told\n";
    (void)!::write(STDERR_FILENO, last_words.data(), last_words.size());
    ::_exit(1);
  }).detach();
}

}  // namespace lightstick::tools
