#include "tests/support/bad_bytes.hpp"

#include "tests/support/ws_frame.hpp"

namespace lightstick::test {
namespace {

using namespace std::string_literals;

std::string repeat(std::string_view part, std::size_t times) {
  std::string made;
  for (std::size_t i = 0; i < times; ++i) {
    made += part;
  }
  return made;
}

/// The publish of `whole_publish` with other bytes in the place of its text.
std::string with_text(encoding e, std::string_view raw) {
  auto frame = whole_publish("aurora");
  const std::string marker(raw.size(), '#');
  frame.set("text", marker);
  auto bytes = encode(e, frame);
  return bytes.replace(bytes.find(marker), raw.size(), raw);
}

void add_json(std::vector<bad_bytes>& all) {
  all.push_back({"deep arrays", repeat("[", 30'000)});
  all.push_back({"deep maps", repeat("{\"a\":", 10'000)});
  all.push_back({"deep and closed", repeat("[", 30'000) + repeat("]", 30'000)});
  all.push_back({"byte order mark", "\xef\xbb\xbf{\"op\":\"ping\",\"id\":1}"});
  all.push_back({"lone surrogate", R"({"op":"ping","id":1,"x":"\ud800"})"});
  all.push_back({"bad escape", R"({"op":"ping","id":1,"x":"\q"})"});
  all.push_back({"raw control character", "{\"op\":\"ping\",\"id\":1,\"x\":\"a\nb\"}"});
  all.push_back({"NUL in the middle", "{\"op\":\"ping\"\0,\"id\":1}"s});
  all.push_back({"NaN", R"({"op":"ping","id":NaN})"});
  all.push_back({"infinity", R"({"op":"ping","id":1,"x":-Infinity})"});
  all.push_back({"number too large", R"({"op":"ping","id":1,"x":1e999})"});
  all.push_back({"digits without end", R"({"op":"ping","id":1,"x":)" + std::string(60'000, '9') + "}"});
  all.push_back({"comment", R"({"op":"ping",/*hi*/"id":1})"});
  all.push_back({"trailing comma", R"({"op":"ping","id":1,})"});
  all.push_back({"single quotes", "{'op':'ping','id':1}"});
  all.push_back({"key without quotes", "{op:\"ping\",\"id\":1}"});
  all.push_back({"XML", "<ping id=\"1\"/>"});
}

void add_msgpack(std::vector<bad_bytes>& all) {
  all.push_back({"deep arrays", repeat("\x91", 60'000)});
  all.push_back({"deep maps", repeat("\x81\xa1"
                                     "a",
                                     20'000)});
  all.push_back({"array of 4 G elements", "\xdd\xff\xff\xff\xff"});
  all.push_back({"map of 4 G entries", "\xdf\xff\xff\xff\xff"});
  all.push_back({"string of 4 GiB", "\x82\xa2op\xdb\xff\xff\xff\xff"s});
  all.push_back({"key of 4 GiB", "\x81\xdb\xff\xff\xff\xff"});
  all.push_back({"bytes of 4 GiB", "\x81\xa1x\xc6\xff\xff\xff\xff"s});
  all.push_back({"extension of 4 GiB", "\x81\xa1x\xc9\xff\xff\xff\xff\x01"s});
  all.push_back({"nested claims", repeat("\xdd\xff\xff\xff\xff", 6)});
  all.push_back({"bytes", "\x83\xa2op\xa4ping\xa2id\x01\xa1x\xc4\x01z"s});
  all.push_back({"extension", "\x83\xa2op\xa4ping\xa2id\x01\xa1x\xd4\x01z"s});
  all.push_back({"key that is a number", "\x83\xa2op\xa4ping\xa2id\x01\x05\x05"s});
  all.push_back({"key that is a map", "\x83\xa2op\xa4ping\xa2id\x01\x80\x05"s});
  all.push_back({"NaN", "\x83\xa2op\xa4ping\xa2id\x01\xa1x\xcb\x7f\xf8\0\0\0\0\0\0"s});
  all.push_back({"never used byte", "\x83\xa2op\xa4ping\xa2id\x01\xa1x\xc1"s});
}

}  // namespace

value whole_publish(const std::string& room) {
  return value::map{{"op", "pub"},    {"id", 7},
                    {"room", room},   {"cid", "c-1"},
                    {"text", "안녕"}, {"reply_to", 1},
                    {"vt", -5},       {"data", value::map{{"sticker", value::array{1, true, value{}, "x"}}}}};
}

std::vector<bad_bytes> no_frames(encoding e) {
  std::vector<bad_bytes> all;
  const auto whole = encode(e, whole_publish("aurora"));
  for (std::size_t i = 0; i < whole.size(); ++i) {
    all.push_back({"the first " + std::to_string(i) + " bytes", whole.substr(0, i)});
  }
  all.push_back({"a byte behind", whole + "x"});
  all.push_back({"two behind one another", whole + whole});
  for (const auto& raw : {"\x80"s, "\xff\xfe"s, "\xc0\xaf"s, "\xe0\x80\xaf"s, "\xed\xa0\x80"s, "\xf4\x90\x80\x80"s,
                          "\xf8\x88\x80\x80\x80"s, "\xe2\x82"s}) {
    all.push_back({"not UTF-8", with_text(e, raw)});
  }
  for (const value& v : {value{}, value(true), value(7), value(-7), value(0.5), value("ping"), value(value::array{}),
                         value(value::array{7}), value(value::array{value(value::array{})}),
                         value(value::array(65, value(value::map{{"op", "ping"}, {"id", 1}}))),
                         value(value::map{{"op", "ping"}, {"id", 1}, {"x", value::array(2'100, value(1))}}),
                         value(value::map{{"op", "ping"}, {"id", 1}, {"id", 2}})}) {
    all.push_back({"no map, or beyond a bound", encode(e, v)});
  }
  if (e == encoding::json) {
    add_json(all);
  } else {
    add_msgpack(all);
  }
  return all;
}

std::vector<value> wrong_frames(const std::string& room) {
  const value of_each_type[] = {value{},
                                true,
                                7,
                                -7,
                                0.5,
                                "",
                                "a/b",
                                std::string(5'000, 'x'),
                                18'446'744'073'709'551'615U,
                                value::array{},
                                value::array{1, "x"},
                                value::map{},
                                value::map{{"hist", 1}, {"off", "x"}}};
  const value whole[] = {
      whole_publish(room),
      value::map{{"op", "join"}, {"id", 7}, {"room", room}, {"since", value::map{}}, {"limit", 5}},
      value::map{{"op", "leave"}, {"id", 7}, {"room", "elsewhere"}},
      value::map{{"op", "history"}, {"id", 7}, {"room", room}, {"after", 1}, {"limit", 5}},
      value::map{{"op", "read"}, {"id", 7}, {"room", room}, {"off", 1}},
      value::map{{"op", "presence"}, {"id", 7}, {"room", room}, {"mode", "page"}, {"limit", 5}, {"after", "x"}},
      value::map{{"op", "refresh"}, {"id", 7}, {"token", "x"}},
      value::map{{"op", "auth"}, {"id", 7}, {"token", "x"}, {"device", "d"}, {"resume", value::array{}}}};
  std::vector<value> all;
  for (const auto& frame : whole) {
    for (const auto& [key, held] : frame.entries()) {
      if (key == "id") {
        continue;
      }
      for (const auto& other : of_each_type) {
        auto changed = frame;
        changed.set(key, other);
        all.push_back(std::move(changed));
      }
      auto without = frame.entries();
      std::erase_if(without, [&](const auto& entry) { return entry.first == key; });
      all.emplace_back(std::move(without));
    }
  }
  return all;
}

std::string random_bytes(std::mt19937_64& random, std::size_t bytes_max) {
  std::string made(random() % (bytes_max + 1), '\0');
  for (auto& c : made) {
    c = static_cast<char>(random());
  }
  return made;
}

std::string mutate(std::mt19937_64& random, std::string bytes) {
  for (auto changes = 1 + random() % 4; changes > 0; --changes) {
    const auto at = bytes.empty() ? 0 : random() % bytes.size();
    switch (random() % 4) {
      case 0:
        if (!bytes.empty()) {
          bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8));
        }
        break;
      case 1: bytes.erase(at, random() % 8); break;
      case 2: bytes.insert(at, random_bytes(random, 8)); break;
      default: bytes.insert(at, bytes.substr(at, random() % 16)); break;
    }
  }
  return bytes;
}

std::vector<bad_bytes> no_http() {
  return {
      {"a shell's line", "help\r\nquit\r\n\r\n"},
      {"only line ends", repeat("\r\n", 20'000)},
      {"NULs", std::string(20'000, '\0')},
      {"0xff", std::string(20'000, '\xff')},
      {"TLS client hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s + std::string(500, 'r')},
      {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
      {"HTTP/9", "GET / HTTP/9.9\r\nHost: x\r\n\r\n"},
      {"no version", "GET /\r\n\r\n"},
      {"endless method", std::string(100'000, 'A')},
      {"endless path", "GET /" + std::string(100'000, 'a')},
      {"endless header name", "GET / HTTP/1.1\r\n" + std::string(100'000, 'X')},
      {"endless header value", "GET / HTTP/1.1\r\nX: " + std::string(100'000, 'x')},
      {"10,000 headers", "GET / HTTP/1.1\r\nHost: x\r\n" + repeat("A: b\r\n", 10'000) + "\r\n"},
      {"header without colon", "GET / HTTP/1.1\r\nHost x\r\n\r\n"},
      {"header with NUL", "GET / HTTP/1.1\r\nHost: x\r\nA: a\0b\r\n\r\n"s},
      {"two lengths", "POST /v1/guest HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"},
      {"negative length", "POST /v1/guest HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"},
      {"huge length", "POST /v1/guest HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n"},
      {"length and chunks",
       "POST /v1/guest HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"huge chunk", "POST /v1/guest HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx"},
      {"endless chunks", "POST /v1/guest HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" +
                             repeat("1000\r\n" + std::string(4'096, 'x') + "\r\n", 30)},
      {"a deep path", "GET /" + repeat("../", 1'000) + "etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n"},
      {"an upgrade without a key",
       "GET /v1/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
       "13\r\n\r\n"},
      {"an upgrade of version 8",
       "GET /v1/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8\r\n\r\n"}};
}

std::vector<bad_bytes> no_websocket(encoding e) {
  const auto data = e == encoding::json ? opcode::text : opcode::binary;
  const auto whole = encode(e, value::map{{"op", "ping"}, {"id", 1}});
  const auto with_first_byte = [&](int first) {
    auto frame = ws_frame(data, whole);
    frame[0] = static_cast<char>(first);
    return frame;
  };
  std::vector<bad_bytes> all{{"a frame without a mask", ws_frame(data, whole, true, false)},
                             {"a continuation of nothing", ws_frame(opcode::continuation, whole)},
                             {"a message within a message", ws_frame(data, "{", false) + ws_frame(data, whole)},
                             {"a ping of 126 bytes", ws_frame(opcode::ping, std::string(126, 'p'))},
                             {"a ping in fragments", ws_frame(opcode::ping, "p", false)},
                             {"a close of one byte", ws_frame(opcode::close, "x")},
                             {"a close with code 1005", ws_frame(opcode::close, close_payload(1005))},
                             {"a close with code 0", ws_frame(opcode::close, close_payload(0))},
                             {"a close that is not UTF-8", ws_frame(opcode::close, close_payload(1000) + "\xff\xfe")},
                             {"a frame of 2^63 bytes", ws_frame_header(data, std::uint64_t{1} << 63)},
                             {"a frame of 2^40 bytes", ws_frame_header(data, std::uint64_t{1} << 40) + "x"},
                             {"a frame of 65,537 bytes", ws_frame(data, std::string(65'537, ' '))},
                             {"HTTP again", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"},
                             {"0xff", std::string(1'000, '\xff')}};
  for (const int first : {0xc1, 0xa1, 0x91, 0x83, 0x87, 0x8b, 0x8f}) {
    all.push_back({"reserved bits or opcode", with_first_byte(first)});
  }
  std::string endless = ws_frame(data, " ", false);
  for (int i = 0; i < 700; ++i) {
    endless += ws_frame(opcode::continuation, std::string(100, ' '), false);
  }
  all.push_back({"fragments without end", std::move(endless)});
  return all;
}

}  // namespace lightstick::test
