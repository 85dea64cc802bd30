// The sockets of a crowd.
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

#include "tools/bench/ws/crowd.hpp"
#include "tools/bench/ws/stamp.hpp"

namespace lightstick::tools::bench::ws {
namespace {

constexpr std::int64_t token_lasts_ms = 12 * 3'600'000;
constexpr std::size_t recv_bytes = std::size_t{256} << 10U;  ///< stays in the cache
constexpr std::uint64_t decode_every = 1'000;
constexpr std::uint64_t pause_ns = 50'000'000;
constexpr std::uint8_t tries_max = 40;
/// Ports of one source address; a machine has 28,000 for each.
constexpr std::size_t members_an_address = 10'000;

/// Another address of the loopback network for each 10,000 members, so that ports suffice.
bool bind_source(int fd, const sockaddr_in& server, std::size_t member) {
  if ((ntohl(server.sin_addr.s_addr) >> 24U) != 127) return true;
  const int on = 1;
  (void)::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  sockaddr_in source{};
  source.sin_family = AF_INET;
  source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + static_cast<std::uint32_t>(member / members_an_address));
  return ::bind(fd, reinterpret_cast<const sockaddr*>(&source), sizeof source) == 0;
}

std::string close_reason(std::string_view payload) {
  if (payload.size() < 2) return "closed";
  const auto code = static_cast<unsigned char>(payload[0]) * 256 + static_cast<unsigned char>(payload[1]);
  return "closed with " + std::to_string(code) + " " + std::string(payload.substr(2));
}

}  // namespace

void crowd::connect(fan& f) {
  const auto member = first_ + static_cast<std::size_t>(&f - fans_.data());
  ++f.tries;
  f.rest.clear();
  f.message.clear();
  f.unsent.clear();
  f.next_id = first_publish_id;
  f.at = stage::connecting;
  f.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (f.fd < 0) return ended(f, std::string("no socket: ") + std::strerror(errno));
  const int on = 1;
  (void)::setsockopt(f.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (!bind_source(f.fd, plan_.server, member)) return ended(f, std::string("no address: ") + std::strerror(errno));
  if (::connect(f.fd, reinterpret_cast<const sockaddr*>(&plan_.server), sizeof plan_.server) != 0 &&
      errno != EINPROGRESS) {
    return ended(f, std::string("no connection: ") + std::strerror(errno));
  }
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u32 = static_cast<std::uint32_t>(&f - fans_.data());
  (void)::epoll_ctl(epoll_, EPOLL_CTL_ADD, f.fd, &event);
}

void crowd::drop(fan& f) {
  if (f.fd >= 0) ::close(f.fd);
  f.fd = -1;
}

void crowd::ended(fan& f, const std::string& why) {
  complain(why);
  drop(f);
  const auto was = f.at;
  f.at = stage::out;
  if (was == stage::in) {
    --now_.in;
    ++now_.closed;
    return;
  }
  --under_way_;
  ++now_.retries;
  if (f.tries >= tries_max) {
    mine_.failed = true;
    return;
  }
  waiting_.push_back(static_cast<std::uint32_t>(&f - fans_.data()));
  pause_until_ns_ = steady_ns() + pause_ns;
}

void crowd::on_event(fan& f, std::uint32_t events) {
  if (f.fd < 0) return;
  if (f.at == stage::connecting && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0) {
    int failure = 0;
    socklen_t size = sizeof failure;
    (void)::getsockopt(f.fd, SOL_SOCKET, SO_ERROR, &failure, &size);
    if (failure != 0) return ended(f, std::string("no connection: ") + std::strerror(failure));
    f.at = stage::upgrading;
    send(f, upgrade_request(plan_.host, path_of(plan_.speaks), subprotocol_of(plan_.speaks)));
  } else if ((events & EPOLLOUT) != 0 && !f.unsent.empty()) {
    flush(f);
  }
  if (f.fd >= 0 && (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) read(f);
}

void crowd::read(fan& f) {
  for (;;) {
    const auto kept = f.rest.size();
    std::memcpy(buffer_.data(), f.rest.data(), kept);
    const auto n = ::recv(f.fd, buffer_.data() + kept, recv_bytes, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) return ended(f, "the server ended the connection");
    const auto now = steady_ns();
    f.rest.clear();
    std::string_view bytes(buffer_.data(), kept + static_cast<std::size_t>(n));
    if (f.at == stage::upgrading && !take_upgrade(f, bytes)) return;
    frame fr;
    auto taken = cut::whole;
    while (f.at != stage::upgrading && f.fd >= 0 && (taken = take_frame(bytes, fr)) == cut::whole) on_frame(f, fr, now);
    if (f.fd < 0) return;
    if (taken == cut::broken) return ended(f, "bytes of the server are no frame");
    f.rest.assign(bytes);
    if (static_cast<std::size_t>(n) < recv_bytes) return;
  }
}

/// False when the connection has ended.
bool crowd::take_upgrade(fan& f, std::string_view& bytes) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return true;
  const auto line = bytes.substr(0, bytes.find("\r\n"));
  if (!line.starts_with("HTTP/1.1 101")) {
    ended(f, "no upgrade: " + std::string(line));
    return false;
  }
  bytes.remove_prefix(end + 4);
  f.at = stage::greeting;
  if (plan_.speaks != dialect::socketio) introduce(f);
  return f.fd >= 0;
}

void crowd::introduce(fan& f) {
  const auto member = first_ + static_cast<std::size_t>(&f - fans_.data());
  std::string token;
  if (plan_.tokens) {
    gateway::auth::claims who;
    who.user = user_id("fan-" + std::to_string(member));
    who.name = who.user.str();
    who.as = f.talker ? actors::role::admin : actors::role::fan;
    const auto now = system_clock_source().wall();
    who.expires_ms = now.value + token_lasts_ms;
    token = plan_.tokens->sign(who, now);
  }
  std::string bytes;
  put_auth(bytes, plan_.speaks, token, "bench");
  put_join(bytes, plan_.speaks, plan_.room_name(f.room));
  f.at = stage::joining;
  send(f, bytes);
}

void crowd::on_frame(fan& f, const frame& fr, std::uint64_t now) {
  switch (fr.kind) {
    case opcode::ping: {
      std::string bytes;
      put_frame(bytes, opcode::pong, fr.payload);
      return send(f, bytes);
    }
    case opcode::close: return ended(f, close_reason(fr.payload));
    case opcode::pong: return;
    default: break;
  }
  if (fr.last && f.message.empty()) return on_message(f, fr.payload, now);
  f.message.append(fr.payload);
  if (f.message.size() > frame_bytes_max) return ended(f, "a message of the server is too large");
  if (!fr.last) return;
  const auto message = std::move(f.message);
  f.message.clear();
  on_message(f, message, now);
}

void crowd::on_message(fan& f, std::string_view message, std::uint64_t now) {
  std::string_view content;
  std::string bytes;
  switch (strip(plan_.speaks, message, content)) {
    case sign::event: break;
    case sign::open: put_bare(bytes, "40"); return send(f, bytes);
    case sign::ping: put_bare(bytes, "3"); return send(f, bytes);
    case sign::connected: return introduce(f);
    case sign::other: return;
  }
  if (f.at == stage::in) on_push(f, content, now);
  if (f.at == stage::joining || f.talker || ++seen_ % decode_every == 0) on_answers(f, content);
}

void crowd::on_push(fan& f, std::string_view push, std::uint64_t now) {
  each_stamped(push, is_json(plan_.speaks), [&](std::uint64_t off, std::uint64_t due) {
    if (off <= f.newest) {
      ++now_.doubled;
      return;
    }
    now_.gaps += off - f.newest - 1;
    f.newest = off;
    if (due < talk_start_ns_) return;
    ++now_.delivered;
    mine_.took.add(std::chrono::nanoseconds{static_cast<std::int64_t>(now - due)});
    now_.last_ns = now;
  });
}

void crowd::on_answers(fan& f, std::string_view content) {
  const auto frames = decode(plan_.speaks, content);
  if (!frames) {
    ++now_.wrong;
    return complain("what the server says cannot be decoded: " + frames.error().to_string());
  }
  for (const auto& each : *frames) {
    answer a;
    if (!as_answer(each, a)) {
      if (f.at == stage::in && !plausible(each, plan_.room_name(f.room), plan_.text_bytes)) {
        ++now_.wrong;
        complain("a push of the server is not what it should be");
      }
      continue;
    }
    if (a.id < first_publish_id) {
      on_entry_answer(f, a);
      if (f.fd < 0) return;
      continue;
    }
    if (!a.ok) {
      ++now_.rejected;
      complain("a publish was refused: " + a.error);
      continue;
    }
    ++now_.acked;
    now_.expected += plan_.members;
    auto& newest = shared_.newest()[f.room];
    if (a.off > newest.load(std::memory_order_relaxed)) newest.store(a.off, std::memory_order_relaxed);
  }
}

void crowd::on_entry_answer(fan& f, const answer& a) {
  if (f.at != stage::joining) return;
  if (!a.ok) return ended(f, "an entry was refused: " + a.error);
  if (a.id != join_id) return;
  f.newest = a.off;
  f.at = stage::in;
  f.tries = 0;
  --under_way_;
  ++now_.in;
}

void crowd::send(fan& f, std::string_view bytes) {
  if (f.unsent.empty()) {
    const auto n = ::send(f.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN) return ended(f, std::string("cannot send: ") + std::strerror(errno));
    bytes.remove_prefix(n < 0 ? 0 : static_cast<std::size_t>(n));
  }
  f.unsent.append(bytes);
}

void crowd::flush(fan& f) {
  const auto n = ::send(f.fd, f.unsent.data(), f.unsent.size(), MSG_NOSIGNAL);
  if (n < 0 && errno != EAGAIN) return ended(f, std::string("cannot send: ") + std::strerror(errno));
  if (n > 0) f.unsent.erase(0, static_cast<std::size_t>(n));
}

}  // namespace lightstick::tools::bench::ws
