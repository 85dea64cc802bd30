#include "tests/support/node.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <random>
#include <sstream>
#include <stdexcept>

namespace lightstick::test {
namespace {

constexpr std::uint16_t lowest_port = 10'240;
constexpr std::uint16_t outgoing_ports_from = 32'768;

bool can_listen(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool free = bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
  close(fd);
  return free;
}

/// The rest of the last line that begins with `word` and a blank; empty when there is none. A line that is not whole
/// yet does not count.
std::string line_after(const std::string& text, const std::string& word) {
  std::istringstream lines(text.substr(0, text.rfind('\n') + 1));
  std::string found;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(word + " ")) {
      found = line.substr(word.size() + 1);
    }
  }
  return found;
}

std::uint16_t port_of(const std::string& url) {
  return static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
}

}  // namespace

std::uint16_t free_port(std::uint16_t but) {
  static std::mt19937 random{std::random_device{}()};
  std::uniform_int_distribution<int> any(lowest_port, outgoing_ports_from - 1);
  for (int tries = 0; tries < 1000; ++tries) {
    const auto port = static_cast<std::uint16_t>(any(random));
    if (port != but && can_listen(port)) {
      return port;
    }
  }
  throw std::runtime_error("no free port");
}

node::node(std::vector<std::string> options)
    : options_(std::move(options)),
      secret_("an integration test's secret, " + std::to_string(getpid()) + ", of more than 32 bytes"),
      port_(free_port()),
      admin_port_(free_port(port_)) {
  write_file(secret_file(), secret_ + "\n");
  start();
}

void node::launch() {
  std::filesystem::remove(folder_ / "out");
  std::vector<std::string> words{"node",
                                 "--data",
                                 data().string(),
                                 "--listen",
                                 "127.0.0.1:" + std::to_string(port_),
                                 "--admin-listen",
                                 "127.0.0.1:" + std::to_string(admin_port_),
                                 "--auth-secret-file",
                                 secret_file().string()};
  words.insert(words.end(), options_.begin(), options_.end());
  process_ = std::make_unique<test::process>(lightstick_binary(), words, folder_ / "out", folder_ / "err");
}

void node::wait_ready() {
  const bool ready = poll_until([this] {
    const auto out = read_file(folder_ / "out");
    url_ = line_after(out, "ready");
    admin_url_ = line_after(out, "admin");
    return (!url_.empty() && !admin_url_.empty()) || !runs();
  });
  if (!ready || !runs()) {
    throw std::runtime_error("the node did not get ready; it wrote:\n" + log_tail());
  }
  port_ = port_of(url_);
  admin_port_ = port_of(admin_url_);
}

void node::crash() {
  process_->signal(SIGKILL);
  process_->wait();
}

process_end node::terminate() {
  process_->signal(SIGTERM);
  return process_->wait();
}

std::string node::log_tail(std::size_t bytes) const {
  const auto all = read_file(folder_ / "err");
  return all.size() <= bytes ? all : "[...]" + all.substr(all.size() - bytes);
}

std::string node::token(const std::string& user, const std::string& role) const {
  token_claims claims{.user = user};
  if (!role.empty()) {
    claims.roles = {role};
  }
  return token_of(claims);
}

ws_client node::enter(encoding e, const std::string& user, const std::string& role, const std::string& device) const {
  auto made = dial(e);
  made.auth(token(user, role), device);
  return made;
}

http_headers node::admin_headers() const { return {{"Authorization", "Bearer " + token("operator", "admin")}}; }

http_response node::admin_get(const std::string& path) const { return http_get(admin_port_, path, admin_headers()); }

double node::metric(const std::string& name, const std::string& label) const {
  std::istringstream lines(admin_get("/metrics").body);
  double sum = 0;
  bool found = false;
  for (std::string line; std::getline(lines, line);) {
    const bool named = line.starts_with(name + " ") || line.starts_with(name + "{");
    if (named && line.find(label) != std::string::npos) {
      sum += std::stod(line.substr(line.rfind(' ') + 1));
      found = true;
    }
  }
  if (!found) {
    throw std::runtime_error("no metric " + name + " " + label);
  }
  return sum;
}

}  // namespace lightstick::test
