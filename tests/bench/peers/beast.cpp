// A plain broadcaster on Beast, as its examples have it: one thread, one message written at a time to each socket, JSON
// written once a message. It speaks what frames.mjs tells of.
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <chrono>
#include <cstdio>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_set>

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using tcp = asio::ip::tcp;

class session;
using shared_text = std::shared_ptr<const std::string>;

struct room {
  std::uint64_t off = 0;
  std::unordered_set<session*> members;
};
using rooms = std::map<std::string, room, std::less<>>;

std::string quoted(const char* text, std::size_t size) {
  rapidjson::StringBuffer out;
  rapidjson::Writer<rapidjson::StringBuffer> w(out);
  w.String(text, static_cast<rapidjson::SizeType>(size));
  return out.GetString();
}

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

class session : public std::enable_shared_from_this<session> {
 public:
  session(tcp::socket socket, rooms& all) : ws_(std::move(socket)), rooms_(all) {}

  void run() {
    ws_.text(true);
    ws_.auto_fragment(false);
    ws_.set_option(websocket::stream_base::timeout::suggested(beast::role_type::server));
    ws_.async_accept([self = shared_from_this()](beast::error_code failure) {
      if (!failure) self->read();
    });
  }

  void send(shared_text text) {
    unsent_.push_back(std::move(text));
    if (unsent_.size() == 1) write();
  }

 private:
  void read() {
    ws_.async_read(in_, [self = shared_from_this()](beast::error_code failure, std::size_t) {
      if (failure) return self->leave();
      self->handle();
      self->in_.consume(self->in_.size());
      self->read();
    });
  }

  void write() {
    ws_.async_write(asio::buffer(*unsent_.front()),
                    [self = shared_from_this()](beast::error_code failure, std::size_t) {
                      if (failure) return self->leave();
                      self->unsent_.pop_front();
                      if (!self->unsent_.empty()) self->write();
                    });
  }

  void leave() {
    for (auto& [name, each] : rooms_) each.members.erase(this);
  }

  void handle() {
    const auto bytes = in_.data();
    rapidjson::Document frame;
    frame.Parse(static_cast<const char*>(bytes.data()), bytes.size());
    if (frame.HasParseError() || !frame.IsObject()) return;
    const auto says = [&](const char* key) { return frame.HasMember(key) && frame[key].IsString(); };
    if (!says("op") || !frame.HasMember("id") || !frame["id"].IsUint64()) return;
    const std::string op = frame["op"].GetString();
    const auto id = std::to_string(frame["id"].GetUint64());
    if (op == "auth") return answer(id, R"({"user":"anyone"})");
    if (!says("room") || (op == "pub" && !says("text"))) return;
    const std::string name = frame["room"].GetString();
    auto& r = rooms_[name];
    if (op == "join") {
      r.members.insert(this);
      return answer(id, R"({"room":)" + quoted(name.data(), name.size()) + R"(,"off":)" + std::to_string(r.off) + "}");
    }
    const auto off = std::to_string(++r.off);
    const auto ts = std::to_string(now_ms());
    const auto& text = frame["text"];
    const auto push = std::make_shared<const std::string>(R"({"op":"msgs","room":)" + quoted(name.data(), name.size()) +
                                                          R"(,"msgs":[{"off":)" + off + R"(,"ts":)" + ts +
                                                          R"(,"user":"talker","name":"talker","role":"fan","text":)" +
                                                          quoted(text.GetString(), text.GetStringLength()) + "}]}");
    for (auto* each : r.members) each->send(push);
    answer(id, R"({"off":)" + off + R"(,"ts":)" + ts + "}");
  }

  void answer(const std::string& id, const std::string& ok) {
    send(std::make_shared<const std::string>(R"({"id":)" + id + R"(,"ok":)" + ok + "}"));
  }

  websocket::stream<beast::tcp_stream> ws_;
  rooms& rooms_;
  beast::flat_buffer in_;
  std::deque<shared_text> unsent_;
};

void accept(tcp::acceptor& from, rooms& all) {
  from.async_accept([&](beast::error_code failure, tcp::socket socket) {
    if (!failure) {
      socket.set_option(tcp::no_delay(true));
      std::make_shared<session>(std::move(socket), all)->run();
    }
    accept(from, all);
  });
}

}  // namespace

int main() {
  asio::io_context io{1};
  rooms all;
  tcp::acceptor listening(io, {asio::ip::make_address("127.0.0.1"), 0});
  std::printf("ready http://127.0.0.1:%d\n", static_cast<int>(listening.local_endpoint().port()));
  std::fflush(stdout);
  accept(listening, all);
  io.run();
}
