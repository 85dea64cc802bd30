#include "tools/node/run_node.hpp"

#include <cstring>
#include <exception>
#include <filesystem>
#include <iostream>

#include "runtime/base/log.hpp"
#include "tools/node/node.hpp"
#include "tools/node/open_files.hpp"
#include "tools/node/signals.hpp"
#include "tools/version/version.hpp"

namespace lightstick::tools {
namespace {

void warn_of_what_is_unwise(const config::node_config& c) {
  if (auto too_few = ensure_open_files(c.gateway.connections_max)) {
    LS_LOG(tools, warn, "too few open files", {"why", *too_few});
  }
  if (!c.keys.from.empty() && c.tokens.audience.empty()) {
    LS_LOG(tools, warn, "auth.jwks without auth.audience: tokens that the provider made for others let in here",
           {"jwks", c.keys.from});
  }
  if (c.keys.from.starts_with("http://")) {
    LS_LOG(tools, warn, "auth.jwks is fetched without TLS: who can change the answer on its way can let anybody in",
           {"jwks", c.keys.from});
  }
  const auto& admin = c.gateway.admin_listen.address;
  if (!admin.starts_with("127.") && admin != "::1") {
    LS_LOG(tools, warn, "admin_listen lets other machines in, without TLS: admin tokens can be overheard",
           {"admin_listen", gateway::to_string(c.gateway.admin_listen)});
  }
}

exit_code serve(const config::node_config& c) {
  const node_signals signals;
  warn_of_what_is_unwise(c);
  auto started = node::start(c);
  if (!started) {
    auto code = started.error().is(condition::invalid) ? exit_code::usage : exit_code::failed;
    return complain(code, "the node could not start: " + sentence(started.error()));
  }
  auto& running = **started;
  LS_LOG(tools, info, "node started", {"version", version()}, {"node", c.gateway.node.str()},
         {"clients", running.client_url()}, {"admin", running.admin_url()});
  // Programs wait for these lines: all at once, and flushed.
  std::cout << "data " + std::filesystem::absolute(c.data).string() + "\nready " + running.client_url() + "\nadmin " +
                   running.admin_url() + "\n"
            << std::flush;

  auto signal = signals.wait();
  while (signal == SIGHUP && signals.hangup() == hangup_is::reread) {
    LS_LOG(tools, info, "files are read again", {"signal", ::strsignal(signal)});
    running.read_files_again();
    signal = signals.wait();
  }
  signals.end_at_next();
  LS_LOG(tools, info, "node stops", {"signal", ::strsignal(signal)});
  running.stop();
  LS_LOG(tools, info, "node stopped");
  return exit_code::ok;
}

}  // namespace

exit_code run_node(const config::node_config& c) {
  try {
    return serve(c);
  } catch (const std::exception& e) {
    return complain(exit_code::failed, std::string("the node failed: ") + e.what());
  }
}

}  // namespace lightstick::tools
