#include "tools/bench/ws/measure.hpp"

#include <netdb.h>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <thread>

#include "tools/bench/gauges.hpp"
#include "tools/bench/node_process.hpp"
#include "tools/bench/scratch.hpp"
#include "tools/bench/ws/load.hpp"
#include "tools/secret_file.hpp"

namespace lightstick::tools::bench::ws {
namespace {

constexpr std::chrono::milliseconds fair_p99{100};
constexpr double ramp_seconds = 5;
constexpr int ramp_bisections = 3;
constexpr std::chrono::milliseconds hopeless_p99{1'000};
constexpr double ramp_most = 1e6;  ///< messages a second
constexpr std::chrono::seconds settle{10};

double ms(std::chrono::nanoseconds d) { return microseconds(d) / 1'000; }

std::string whole(double n) {
  auto out = std::to_string(static_cast<std::uint64_t>(std::llround(n)));
  for (auto at = static_cast<std::ptrdiff_t>(out.size()) - 3; at > 0; at -= 3) {
    out.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return out;
}

/// "1,000" or "2.5".
std::string rate_text(double n) {
  if (n >= 100 || n == std::floor(n)) return whole(n);
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%.1f", n);
  return out.data();
}

std::string title(const shape& s) {
  if (s.rooms == 1) return "room of " + whole(static_cast<double>(s.members));
  return whole(static_cast<double>(s.rooms)) + " rooms of " + whole(static_cast<double>(s.members));
}

/// The server that is measured: a node of ours, or one that runs.
struct server {
  std::unique_ptr<scratch> folder;
  std::unique_ptr<node_process> node;
  std::vector<pid_t> pids;
  std::string host;
  sockaddr_in address{};
  std::shared_ptr<const gateway::auth::token_authority> tokens;

  [[nodiscard]] std::uint64_t rss() const {
    std::uint64_t all = 0;
    for (const auto pid : pids) all += rss_bytes(pid);
    return all;
  }
};

result<sockaddr_in> resolve(const endpoint& e) {
  addrinfo wanted{};
  wanted.ai_family = AF_INET;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(e.host.c_str(), e.port.c_str(), &wanted, &found) != 0 || found == nullptr) {
    return fail(errc::invalid, "no address of " + e.host + ":" + e.port);
  }
  sockaddr_in address{};
  std::memcpy(&address, found->ai_addr, sizeof address);
  ::freeaddrinfo(found);
  return address;
}

/// What would keep a load that comes from one machine out, or is no property of a node.
std::vector<std::string> options_for(const settings& s, const shape& what) {
  const auto all = std::to_string(std::max<std::size_t>(what.rooms * what.members + 100, 1'000));
  std::vector<std::string> options{"--limits-connections",  all,        "--room-capacity", all,
                                   "--rates-publish-admin", "unlimited"};
  options.insert(options.end(), s.node_options.begin(), s.node_options.end());
  return options;
}

result<server> start_node(const plan& p, const settings& s, const shape& what) {
  server out;
  out.folder = std::make_unique<scratch>(p.folder);
  const auto secret = out.folder->path() / "secret";
  std::ofstream(secret) << std::string(64, 's');
  std::error_code failure;
  std::filesystem::permissions(secret, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write,
                               failure);
  auto node = node_process::start(s.program, out.folder->path() / "data", secret, options_for(s, what));
  if (!node) return fail(std::move(node.error()));
  out.node = std::move(*node);
  out.pids = {out.node->pid()};
  out.host = out.node->address();
  auto tokens = gateway::auth::token_authority::make(std::string(64, 's'));
  if (!tokens) return fail(std::move(tokens.error()));
  out.tokens = std::move(*tokens);
  return out;
}

result<server> find_server(const settings& s) {
  server out;
  auto e = parse_url(s.url);
  if (!e) return fail(std::move(e.error()));
  out.host = e->host + ":" + e->port;
  out.pids = s.pids;
  if (s.secret_file.empty()) return out;
  auto secret = load_secret(s.secret_file);
  if (!secret) return fail(std::move(secret.error()));
  auto tokens = gateway::auth::token_authority::make(std::move(*secret));
  if (!tokens) return fail(std::move(tokens.error()));
  out.tokens = std::move(*tokens);
  return out;
}

/// The server on the first CPU, everything else on the second.
struct places {
  std::optional<int> server;
  std::optional<int> load;
};
result<places> places_for(const settings& s) {
  if (!s.pin) return places{};
  static const auto there = cpus();  // before this process was bound to one
  if (there.size() < 2) return fail(errc::unavailable, "--pin needs two CPUs");
  return places{there[0], there[1]};
}

result<server> serve(const plan& p, const settings& s, const shape& what, const places& where) {
  if (where.server && !stay_on(*where.server)) return fail(errc::unavailable, "a CPU could not be chosen");
  auto out = s.url.empty() ? start_node(p, s, what) : find_server(s);
  if (where.load && !stay_on(*where.load)) return fail(errc::unavailable, "a CPU could not be chosen");
  if (!out) return out;
  auto e = parse_url("ws://" + out->host);
  auto address = e ? resolve(*e) : fail(std::move(e.error()));
  if (!address) return fail(std::move(address.error()));
  out->address = *address;
  return out;
}

/// One shape in one encoding.
class run_of {
 public:
  run_of(const plan& p, const settings& s, const shape& what, const parts& which, dialect d)
      : plan_(p),
        settings_(s),
        shape_(what),
        which_(which),
        speaks_(d),
        head_(title(what) + ", " + std::string(name_of(d)) + ": ") {}

  result<void> operator()(std::vector<figure>& into) {
    auto where = places_for(settings_);
    if (!where) return fail(std::move(where.error()));
    auto found = serve(plan_, settings_, shape_, *where);
    if (!found) return fail(std::move(found.error()));
    const server& there = *found;
    crowd_plan fans;
    fans.server = there.address;
    fans.host = there.host;
    fans.speaks = speaks_;
    fans.tokens = there.tokens;
    fans.room_prefix = "bench-" + std::to_string(::getpid()) + "-" + std::string(name_of(speaks_)) + "-";
    fans.rooms = shape_.rooms;
    fans.members = shape_.members;
    fans.text_bytes = settings_.text_bytes;
    const auto needed = (fans.all() + members_a_process_max - 1) / members_a_process_max;
    auto started = load::start(fans, {std::max(needed, settings_.processes), where->load, there.pids,
                                      [this](const std::string& what) { plan_.tell(head_ + what); }});
    if (!started) return fail(std::move(started.error()));
    const auto before = there.rss();
    auto entry = (*started)->enter();
    if (!entry) return fail(std::move(entry.error()));
    tell_entry(*entry, !there.pids.empty(), into);
    if (which_.idle && !there.pids.empty()) tell_idle(before, there, into);
    if (which_.talk) {
      auto said = (*started)->talk(shape_.per_s, plan_.quick ? settings_.seconds / 10 : settings_.seconds);
      if (!said) return fail(std::move(said.error()));
      tell_talk(*said, !there.pids.empty(), into);
    }
    return which_.ramp ? ramp(**started, into) : result<void>{};
  }

 private:
  void add(std::vector<figure>& into, const std::string& what, double measured, std::string unit,
           std::optional<target> goal, std::string note = {}) const {
    into.push_back({head_ + what, measured, std::move(unit), goal, std::move(note)});
  }

  void tell_entry(const load::entry& e, bool known, std::vector<figure>& into) const {
    if (!which_.connect) return;
    const auto all = static_cast<double>(shape_.rooms * shape_.members);
    const auto cpu = microseconds(e.server_cpu) / 1e6;
    if (known && cpu > 0) add(into, "entries a CPU second", all / cpu, "/s", at_least(20'000), "accept, auth, join");
    add(into, "entries a second", all / e.lasted_s, "/s", {}, std::to_string(e.retries) + " tried again");
  }

  void tell_idle(std::uint64_t before, const server& there, std::vector<figure>& into) const {
    plan_.tell(head_ + "waiting until it is quiet");
    std::this_thread::sleep_for(plan_.quick ? settle / 10 : settle);
    const auto each = (static_cast<double>(there.rss()) - static_cast<double>(before)) /
                      static_cast<double>(shape_.rooms * shape_.members) / 1'024;
    add(into, "memory of an idle member", each, "KiB", at_most(4), "RSS, its session included");
  }

  void tell_talk(const talk_outcome& t, bool known, std::vector<figure>& into) const {
    const bool row = shape_ == one_room || shape_ == many_rooms;
    const bool one = shape_ == one_room;
    const auto rate = rate_text(shape_.per_s) + " msg/s";
    const auto goal = [&](double bound) { return row ? std::optional(at_most(bound)) : std::nullopt; };
    if (known && t.delivered > 0) {
      add(into, "server CPU a delivery", microseconds(t.server_cpu) / static_cast<double>(t.delivered), "us",
          goal(one ? 5.3 : 5.9), rate);
    }
    const auto lasted = std::max(t.lasted_s, 1e-3);
    const auto deliveries = static_cast<double>(std::max<std::uint64_t>(t.delivered, 1));
    add(into, "load CPU a delivery", microseconds(t.load_cpu) / deliveries, "us", {},
        whole(microseconds(t.load_cpu) / 1e4 / lasted) + " % of a CPU; near 100 the load is too slow");
    add(into, "deliveries a second", static_cast<double>(t.delivered) / lasted, "/s", {}, rate);
    add(into, "p50", ms(t.took.at(0.5)), "ms", {}, "from when a message was due");
    add(into, "p90", ms(t.took.at(0.9)), "ms", {});
    add(into, "p99", ms(t.took.at(0.99)), "ms", goal(one ? 60 : 10));
    add(into, "p99.9", ms(t.took.at(0.999)), "ms", {});
    add(into, "max", ms(t.took.most()), "ms", {});
    add(into, "lost", static_cast<double>(t.missing), "", at_most(0), "by (room, off)");
    add(into, "doubled", static_cast<double>(t.doubled), "", at_most(0), "by (room, off)");
    add(into, "refused, closed, wrong", static_cast<double>(t.rejected + t.closed + t.wrong), "", at_most(0),
        t.clean() ? "" : t.complaint);
  }

  static double speed(const talk_outcome& t) { return static_cast<double>(t.delivered) / std::max(t.lasted_s, 1e-3); }
  static bool fair(const talk_outcome& t) { return t.clean() && t.took.at(0.99) < fair_p99; }

  /// Messages are merged the more of them there are, so that latencies need not rise with the rate: it is doubled until
  /// the server is beyond what it can do, and not only beyond 100 ms.
  static bool beyond(const talk_outcome& t, double offered) {
    return !t.clean() || t.took.at(0.99) > hopeless_p99 || speed(t) < offered / 2;
  }

  result<talk_outcome> step(load& l, double rate, std::vector<figure>& into) const {
    plan_.tell(head_ + "ramp, " + rate_text(rate) + " msg/s");
    auto again = l.enter();
    if (!again) return fail(std::move(again.error()));
    auto t = l.talk(rate, plan_.quick ? 1 : ramp_seconds);
    if (!t) return t;
    add(into, "p99 at " + rate_text(rate) + " msg/s", ms(t->took.at(0.99)), "ms", {},
        whole(speed(*t)) + " deliveries/s" + (t->clean() ? "" : ", not clean: " + t->complaint));
    return t;
  }

  result<void> ramp(load& l, std::vector<figure>& into) const {
    const auto members = static_cast<double>(shape_.members);
    talk_outcome best;
    talk_outcome fastest;
    double good = 0;
    double bad = 0;
    const auto look = [&](double rate) -> result<bool> {
      auto t = step(l, rate, into);
      if (!t) return fail(std::move(t.error()));
      const auto over = beyond(*t, rate * members);
      if (t->clean() && speed(*t) > speed(fastest)) fastest = *t;
      if (fair(*t) && rate > good) {
        good = rate;
        best = *t;
      } else if (!fair(*t) && rate > good) {
        bad = bad > good ? std::min(bad, rate) : rate;
      }
      return over;
    };
    for (double rate = std::max(shape_.per_s, 1.0); rate <= ramp_most; rate *= 2) {
      auto over = look(rate);
      if (!over) return fail(std::move(over.error()));
      if (*over) break;
    }
    for (int i = 0; i < ramp_bisections && bad > good; ++i) {
      if (auto over = look((good + bad) / 2); !over) return fail(std::move(over.error()));
    }
    const auto goal = shape_ == one_room ? std::optional(at_least(1'500'000)) : std::nullopt;
    add(into, "most deliveries a second with p99 < 100 ms", good * members, "/s", goal,
        rate_text(good) + " msg/s, p99 " + whole(ms(best.took.at(0.99))) + " ms");
    add(into, "most with nothing lost", speed(fastest), "/s", {}, "p99 " + whole(ms(fastest.took.at(0.99))) + " ms");
    return {};
  }

  const plan& plan_;
  const settings& settings_;
  const shape& shape_;
  const parts& which_;
  const dialect speaks_;
  const std::string head_;
};

}  // namespace

result<endpoint> parse_url(const std::string& url) {
  static constexpr std::string_view scheme = "ws://";
  if (!url.starts_with(scheme)) return fail(errc::invalid, "not ws://HOST:PORT: " + url);
  auto rest = url.substr(scheme.size());
  rest = rest.substr(0, rest.find('/'));
  const auto colon = rest.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == rest.size()) {
    return fail(errc::invalid, "not ws://HOST:PORT: " + url);
  }
  return endpoint{rest.substr(0, colon), rest.substr(colon + 1)};
}

outcome measure(const plan& p, const settings& s, const shape& what, const parts& which) {
  std::vector<figure> all;
  for (const auto d : s.speak) {
    if (auto done = run_of(p, s, what, which, d)(all); !done) return fail(std::move(done.error()));
  }
  return all;
}

}  // namespace lightstick::tools::bench::ws
