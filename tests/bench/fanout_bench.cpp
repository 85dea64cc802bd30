// What one delivery costs: a room full of members, a steady talk, and the CPU time of the node's process.
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/node.hpp"
#include "tests/support/pulse.hpp"

namespace lightstick::test {
namespace {

constexpr const char* usage =
    "Usage: bench_fanout_bench [--members N] [--rate N] [--seconds N] [--bytes N] [--encoding json|msgpack|both]\n"
    "\n"
    "One room with N members (default 1000) on a node of its own, N messages a second (default 10) of N bytes of\n"
    "text (default 100) for N seconds (default 20), in each encoding. Prints the CPU time of the node for each\n"
    "delivery, latencies from publish to the socket of a member, and the node's memory. Takes about 30 s an encoding.\n"
    "The last line is the verdict; the exit code is 0 only when every member got every message, in order.\n"
    "  LIGHTSTICK_BINARY    the node's program (default: lightstick here or one folder above)\n";

struct plan {
  std::size_t members = 1'000;
  std::size_t rate = 10;
  std::size_t seconds = 20;
  std::size_t bytes = 100;
  bool json = true;
  bool msgpack = true;
  [[nodiscard]] std::size_t messages() const noexcept { return rate * seconds; }
};

constexpr std::string_view mark = "nr:";
constexpr std::size_t digits = 9;

/// The text of message `number`, found again in raw bytes of either encoding.
std::string text_of(std::size_t number, std::size_t bytes) {
  auto counted = std::to_string(number);
  counted = std::string(mark) + std::string(digits - counted.size(), '0') + counted;
  counted.resize(std::max(bytes, counted.size()), '.');
  return counted;
}

using micros = std::chrono::microseconds;
std::int64_t now_us() { return std::chrono::duration_cast<micros>(steady::now().time_since_epoch()).count(); }

/// A member that only listens. Its bytes are not decoded, only searched: the measuring must cost little.
class member {
 public:
  member(const node& n, encoding e, std::size_t number) : connection_({.port = n.port()}) {
    connection_.write(upgrade_request("x", "/v1/ws", "lightstick.v1." + std::string(to_string(e))));
    const deadline until;
    std::string raw;
    auto head = std::string::npos;
    while ((head = raw.find("\r\n\r\n")) == std::string::npos) {
      more(raw, until);
    }
    reader_.feed(std::string_view(raw).substr(head + 4));
    const auto kind = e == encoding::json ? opcode::text : opcode::binary;
    const auto user = "member" + std::to_string(number);
    connection_.write(
        ws_frame(kind, encode(e, value::map{{"op", "auth"}, {"id", 1}, {"token", n.token(user)}, {"device", "d"}})));
    wait_for_answer(e, 1, until);
    connection_.write(ws_frame(kind, encode(e, value::map{{"op", "join"}, {"id", 2}, {"room", "full"}, {"limit", 0}})));
    wait_for_answer(e, 2, until);
  }

  [[nodiscard]] int fd() const noexcept { return connection_.fd(); }
  [[nodiscard]] std::size_t got() const noexcept { return got_; }
  [[nodiscard]] bool in_order() const noexcept { return in_order_; }

  /// Takes what has arrived; false when the connection has ended.
  bool take(const std::vector<std::atomic<std::int64_t>>& sent_us, std::vector<micros>& latencies) {
    std::string raw;
    if (connection_.read(raw, deadline{milliseconds{0}}) != stream::state::open) {
      return false;
    }
    reader_.feed(raw);
    const auto now = now_us();
    while (const auto m = reader_.next()) {
      if (m->kind == opcode::ping) {
        connection_.try_write(ws_frame(opcode::pong, m->payload));
      }
      for (auto at = m->payload.find(mark); at != std::string::npos; at = m->payload.find(mark, at + 1)) {
        std::size_t number = 0;
        const auto* first = m->payload.data() + at + mark.size();
        std::from_chars(first, first + digits, number);
        in_order_ = in_order_ && number == got_ && number < sent_us.size();
        ++got_;
        if (number < sent_us.size()) {
          latencies.emplace_back(now - sent_us[number]);
        }
      }
    }
    return true;
  }

 private:
  void more(std::string& into, const deadline& until) {
    if (connection_.read(into, until) != stream::state::open || until.passed()) {
      throw connection_lost("a member could not enter");
    }
  }
  void wait_for_answer(encoding e, std::uint64_t id, const deadline& until) {
    for (;;) {
      while (const auto m = reader_.next()) {
        if (m->kind == opcode::ping) {
          continue;
        }
        const auto v = decode(e, m->payload);
        const auto frames = v.is_array() ? v.items() : value::array{v};
        for (const auto& f : frames) {
          if (f.has("id") && f["id"] == value(id)) {
            static_cast<void>(f["ok"]);
            return;
          }
        }
      }
      std::string raw;
      more(raw, until);
      reader_.feed(raw);
    }
  }

  stream connection_;
  ws_reader reader_;
  std::size_t got_ = 0;
  bool in_order_ = true;
};

struct outcome {
  std::size_t deliveries = 0;
  bool complete = false;
};

class room_full {
 public:
  room_full(const plan& p, encoding e) : plan_(p), encoding_(e), sent_us_(p.messages()) {}

  outcome run() {
    const auto empty_rss = node_.process().rss_bytes();
    fill();
    const auto full_rss = node_.process().rss_bytes();
    const auto cpu_before = node_.process().cpu_time();
    {
      std::jthread listening([this](const std::stop_token& stopping) { listen(stopping); });
      talk();
      static_cast<void>(poll_until([this] { return everybody_has_all_.load(); }));
    }
    const auto cpu = node_.process().cpu_time() - cpu_before;
    return report(cpu, empty_rss, full_rss);
  }

 private:
  void fill() {
    for (std::size_t i = 0; i < plan_.members; ++i) {
      members_.push_back(std::make_unique<member>(node_, encoding_, i));
    }
  }

  void talk() {
    auto talker = node_.enter(encoding_, "talker", "admin");
    talker.join("full");
    const auto start = steady::now();
    for (std::size_t i = 0; i < plan_.messages(); ++i) {
      std::this_thread::sleep_until(start + micros{1'000'000 * i / plan_.rate});
      sent_us_[i] = now_us();
      talker.ok({{"op", "pub"}, {"room", "full"}, {"text", text_of(i, plan_.bytes)}});
    }
  }

  void listen(const std::stop_token& stopping) {
    const int ready = epoll_create1(EPOLL_CLOEXEC);
    for (std::size_t i = 0; i < members_.size(); ++i) {
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      epoll_ctl(ready, EPOLL_CTL_ADD, members_[i]->fd(), &event);
    }
    latencies_.reserve(plan_.members * plan_.messages());
    std::vector<epoll_event> events(1'024);
    while (!stopping.stop_requested()) {
      const int n = epoll_wait(ready, events.data(), static_cast<int>(events.size()), 50);
      for (int i = 0; i < n; ++i) {
        auto& m = *members_[events[static_cast<std::size_t>(i)].data.u64];
        if (!m.take(sent_us_, latencies_)) {
          epoll_ctl(ready, EPOLL_CTL_DEL, m.fd(), nullptr);
        }
      }
      everybody_has_all_ =
          std::ranges::all_of(members_, [this](const auto& m) { return m->got() == plan_.messages(); });
    }
    close(ready);
  }

  outcome report(micros cpu, std::uint64_t empty_rss, std::uint64_t full_rss) {
    outcome o;
    o.complete = true;
    for (const auto& m : members_) {
      o.deliveries += m->got();
      o.complete = o.complete && m->in_order() && m->got() == plan_.messages();
    }
    const auto ms = [](micros t) { return static_cast<double>(t.count()) / 1'000; };
    const auto each = o.deliveries == 0 ? 0.0 : static_cast<double>(cpu.count()) / static_cast<double>(o.deliveries);
    std::printf("%s: %zu members, %zu messages of %zu bytes at %zu/s, %zu deliveries\n",
                std::string(to_string(encoding_)).c_str(), plan_.members, plan_.messages(), plan_.bytes, plan_.rate,
                o.deliveries);
    std::printf("  CPU of the node    %.2f us a delivery (%.2f s in all)\n", each, ms(cpu) / 1'000);
    std::printf("  publish to socket  p50 %.2f ms, p99 %.2f ms, worst %.2f ms\n", ms(percentile(latencies_, 0.5)),
                ms(percentile(latencies_, 0.99)), ms(percentile(latencies_, 1)));
    std::printf("  RSS of the node    %.1f MiB empty, %.1f MiB full (%.1f KiB a member), %.1f MiB at the end\n",
                static_cast<double>(empty_rss) / 1'048'576, static_cast<double>(full_rss) / 1'048'576,
                static_cast<double>(full_rss - std::min(empty_rss, full_rss)) / 1'024 /
                    static_cast<double>(std::max<std::size_t>(plan_.members, 1)),
                static_cast<double>(node_.process().rss_bytes()) / 1'048'576);
    return o;
  }

  const plan& plan_;
  encoding encoding_;
  node node_;
  std::vector<std::unique_ptr<member>> members_;
  std::vector<std::atomic<std::int64_t>> sent_us_;
  std::vector<micros> latencies_;
  std::atomic<bool> everybody_has_all_{false};
};

/// False: the arguments make no sense.
bool parse(int argc, char** argv, plan& p) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const std::string_view given = argv[i + 1];
    if (name == "--encoding") {
      p.json = given == "json" || given == "both";
      p.msgpack = given == "msgpack" || given == "both";
      continue;
    }
    std::size_t* target = name == "--members"   ? &p.members
                          : name == "--rate"    ? &p.rate
                          : name == "--seconds" ? &p.seconds
                          : name == "--bytes"   ? &p.bytes
                                                : nullptr;
    if (target == nullptr || std::from_chars(given.begin(), given.end(), *target).ptr != given.end() || *target == 0) {
      return false;
    }
  }
  return argc % 2 == 1 && (p.json || p.msgpack);
}

/// The members' sockets are files of this process.
void raise_open_files() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace
}  // namespace lightstick::test

int main(int argc, char** argv) {
  using namespace lightstick::test;
  if (argc > 1 && std::strcmp(argv[1], "--help") == 0) {
    std::cout << usage;
    return 0;
  }
  plan p;
  if (!parse(argc, argv, p)) {
    std::cerr << usage;
    return 2;
  }
  raise_open_files();
  std::size_t expected = 0;
  std::size_t got = 0;
  bool complete = true;
  try {
    for (const auto e : {encoding::json, encoding::msgpack}) {
      if (e == encoding::json ? p.json : p.msgpack) {
        const auto o = room_full(p, e).run();
        expected += p.members * p.messages();
        got += o.deliveries;
        complete = complete && o.complete;
      }
    }
  } catch (const std::exception& e) {
    std::printf("%s\n", e.what());
    complete = false;
  }
  std::printf("%s: %zu of %zu deliveries, %s\n", complete ? "held" : "failed", got, expected,
              complete ? "all in order" : "not all in order");
  return complete ? 0 : 1;
}
