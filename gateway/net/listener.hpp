#pragma once

#include <vector>

#include "gateway/gateway.hpp"
#include "gateway/net/io_thread.hpp"

namespace lightstick::gateway::net {

/// Opens one acceptor for each thread on the same address and port (SO_REUSEPORT: the kernel spreads connections).
/// Before that the port is probed alone, so that one that another program holds is an error instead of shared with it.
/// `at.port` is set to the port taken. `what` names the listener in errors. Errors: invalid (address), denied (a port
/// that needs a right), unavailable (taken), each with the way out.
[[nodiscard]] result<std::vector<tcp_acceptor>> open_listeners(endpoint& at, std::string_view what,
                                                               const std::vector<io_thread*>& threads);

}  // namespace lightstick::gateway::net
