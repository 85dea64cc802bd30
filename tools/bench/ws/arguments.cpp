#include "tools/bench/ws/arguments.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "tools/bench/ws/load.hpp"

namespace lightstick::tools::bench::ws {
namespace {

const std::map<std::string, dialect> dialects{
    {"json", dialect::json}, {"msgpack", dialect::msgpack}, {"socketio", dialect::socketio}};

constexpr std::size_t members_most = 1'000'000;

void declare_server(CLI::App& app, settings& s) {
  app.add_option("--url", s.url, "A server that runs, as ws://127.0.0.1:8080. Default: a node is started.")
      ->type_name("URL");
  app.add_option("--secret-file", s.secret_file, "What that server checks tokens with. Default: tokens are empty.")
      ->type_name("FILE");
  app.add_option("--pid", s.pids, "Its processes: without them its CPU time and memory are not told.")
      ->type_name("PIDS")
      ->delimiter(',');
  app.add_option("--node-option", s.node_options, "An option for the node that is started, as --node-option=--X=Y.")
      ->type_name("OPTION")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace

void arguments::declare(CLI::App& app) {
  declare_server(app, settings_);
  app.add_option("--members", members_, "Of each room.")->type_name("N")->check(CLI::Range(members_most));
  app.add_option("--rooms", rooms_, "Default: 1.")->type_name("N")->check(CLI::Range(members_most));
  app.add_option("--rate", rate_, "Messages a second in all rooms together. Default: 10 a room.")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  app.add_option("--seconds", settings_.seconds, "How long there is talk.")
      ->type_name("N")
      ->check(CLI::Range(1.0, 86'400.0))
      ->capture_default_str();
  app.add_option("--bytes", settings_.text_bytes, "Of a text.")
      ->type_name("N")
      ->check(CLI::Range(20, 4'096))
      ->capture_default_str();
  app.add_option("--encoding", encodings_, "json, msgpack, or socketio for a server of Socket.IO; several in turns.")
      ->type_name("NAMES")
      ->delimiter(',')
      ->check(CLI::IsMember(dialects))
      ->default_str("json");
  app.add_option("--processes", settings_.processes, "Of the load, at least: one has 18,000 members at most.")
      ->type_name("N")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_flag("--ramp", ramp_, "Looks for the most deliveries a second with a p99 under 100 ms, too.");
  app.add_flag("--pin", settings_.pin, "The node on the first CPU, the load on the second.");
}

shape arguments::asked() const noexcept {
  shape s{rooms_ == 0 ? 1 : rooms_, members_ == 0 ? 1'000 : members_, rate_};
  if (s.per_s == 0) s.per_s = 10 * static_cast<double>(s.rooms);
  return s;
}

std::string arguments::misuse(const std::vector<std::string>& only) const {
  const auto s = own_shape() ? asked() : one_room;
  if (s.rooms * s.members > members_most) return "more than 1,000,000 members";
  if (settings_.processes > s.rooms * s.members) return "more processes than members";
  if (settings_.url.empty() && (!settings_.pids.empty() || !settings_.secret_file.empty())) {
    return "--pid and --secret-file belong to --url";
  }
  if (!settings_.url.empty() && !settings_.node_options.empty()) return "--node-option is for a node that is started";
  if (settings_.url.empty() && std::ranges::find(encodings_, "socketio") != encodings_.end()) {
    return "socketio needs a server of it: --url";
  }
  if (!settings_.url.empty() && settings_.pids.empty() && only == std::vector<std::string>{"idle"}) {
    return "idle needs --pid";
  }
  return {};
}

outcome arguments::run(const plan& p, const std::vector<std::string>& only) const {
  std::error_code failure;
  auto s = settings_;
  s.program = std::filesystem::read_symlink("/proc/self/exe", failure);
  if (!encodings_.empty()) s.speak.clear();
  for (const auto& name : encodings_) s.speak.push_back(dialects.at(name));
  if (raise_open_files() < 1'024) return fail(errc::unavailable, "too few open files: ulimit -n");
  const auto wanted = [&](const char* name) { return std::ranges::find(only, name) != only.end(); };
  auto which = only.empty() ? parts{.ramp = ramp_}
                            : parts{wanted("connect"), wanted("idle"), wanted("talk"), ramp_ || wanted("ramp")};
  if (own_shape()) return measure(p, s, asked(), which);
  if (only.empty()) which.ramp = true;
  const auto smaller = [&](shape of) { return shape{of.rooms, p.scaled(of.members), of.per_s}; };
  auto first = measure(p, s, smaller(one_room), which);
  if (!first || !(which.talk || which.connect || which.idle)) return first;
  which.ramp = false;
  auto second = measure(p, s, smaller(many_rooms), which);
  if (!second) return second;
  std::ranges::move(*second, std::back_inserter(*first));
  return first;
}

}  // namespace lightstick::tools::bench::ws
