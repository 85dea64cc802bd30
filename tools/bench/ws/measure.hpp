#pragma once

#include <sys/types.h>
#include <filesystem>
#include <string>
#include <vector>

#include "tools/bench/plan.hpp"
#include "tools/bench/ws/dialect.hpp"

namespace lightstick::tools::bench::ws {

/// So many rooms of so many, and so many messages a second in all of them together.
struct shape {
  std::size_t rooms = 1;
  std::size_t members = 10'000;
  double per_s = 10;
  friend bool operator==(const shape&, const shape&) = default;
};
/// The rows of docs/performance.md.
inline constexpr shape one_room{1, 10'000, 10};
inline constexpr shape many_rooms{100, 100, 1'000};

struct parts {
  bool connect = true;  ///< what an entry costs
  bool idle = true;     ///< what a silent member costs
  bool talk = true;     ///< what a delivery costs, and how long it takes
  bool ramp = false;    ///< how many deliveries a second there can be
};

struct settings {
  std::filesystem::path program;  ///< a node of it is started for each shape, unless there is a `url`
  std::vector<std::string> node_options;
  std::string url;                ///< "ws://127.0.0.1:8080": a server that runs
  std::string secret_file;        ///< what it checks tokens with; empty: its tokens are empty
  std::vector<pid_t> pids;        ///< its processes; none: its CPU time and memory are not told
  std::vector<dialect> speak{dialect::json};
  double seconds = 20;
  std::size_t text_bytes = 100;
  std::size_t processes = 1;  ///< at least; as many as open files need
  bool pin = false;           ///< the node on the first CPU, the load on the second
};

/// One shape, in each encoding. Errors: it could not be done.
[[nodiscard]] outcome measure(const plan& p, const settings& s, const shape& what, const parts& which);

/// The address of "ws://HOST:PORT". Errors: invalid.
struct endpoint {
  std::string host;
  std::string port;
};
[[nodiscard]] result<endpoint> parse_url(const std::string& url);

}  // namespace lightstick::tools::bench::ws
