#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>

#include "actors/room/room_actor.hpp"
#include "cluster/local_log.hpp"
#include "gateway/auth/key_place.hpp"
#include "gateway/gateway.hpp"
#include "runtime/base/log.hpp"
#include "runtime/system.hpp"
#include "storage/store.hpp"

namespace lightstick::tools::config {

/// Everything an operator can decide about a node. A value of this type holds the defaults; `options()` names,
/// explains and bounds each field.
struct node_config {
  node_config();

  std::string data;         ///< folder; empty = not given yet
  std::string secret_file;  ///< empty = not given yet
  gateway::auth::expectations tokens;
  gateway::auth::key_place keys;
  gateway::options gateway;
  actors::room::options room;
  runtime::system_options runtime;
  storage::options storage;  ///< but for its path, which is `data`
  cluster::local_log_options log;
  std::chrono::milliseconds drain_within{10'000};  ///< for clients to go, at a graceful stop
  std::chrono::milliseconds stop_within{10'000};   ///< for commits under way, after that
  log::level log_level = log::level::info;
  std::array<std::optional<log::level>, log::area_count> log_levels;  ///< by area; empty = `log_level`
};

}  // namespace lightstick::tools::config
