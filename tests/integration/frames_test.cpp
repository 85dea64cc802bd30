#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/node_test.hpp"

namespace lightstick::test {
namespace {

class frames : public encoded_test {
 protected:
  std::string bytes(const value& v) const { return encode(encoded(), v); }
};
LIGHTSTICK_BOTH_ENCODINGS(frames);

TEST_P(frames, ping_is_answered_with_the_servers_time) {
  auto mina = enter("mina");
  const auto now = std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch());
  const auto ts = mina.ok({{"op", "ping"}})["ts"].signed_number();
  EXPECT_NEAR(static_cast<double>(ts), static_cast<double>(now.count()), 60'000);
}

TEST_P(frames, an_unknown_op_is_107) {
  auto mina = enter("mina");
  EXPECT_EQ(mina.err_code({{"op", "teleport"}}), 107U);
  EXPECT_EQ(mina.err_code({{"op", ""}}), 107U);
  EXPECT_EQ(mina.err_code({{"room", "aurora"}}), 107U) << "no op at all";
  mina.ok({{"op", "ping"}});
}

TEST_P(frames, a_field_of_the_wrong_type_is_107) {
  auto mina = enter("mina");
  mina.join("aurora");
  const value::map wrong[] = {{{"op", 7}},
                              {{"op", "join"}},
                              {{"op", "join"}, {"room", 7}},
                              {{"op", "join"}, {"room", value{}}},
                              {{"op", "join"}, {"room", "aurora"}, {"since", "h9"}},
                              {{"op", "join"}, {"room", "aurora"}, {"since", value::map{{"hist", 9}, {"off", 1}}}},
                              {{"op", "join"}, {"room", "aurora"}, {"since", value::map{{"hist", "h9"}, {"off", -1}}}},
                              {{"op", "join"}, {"room", "aurora"}, {"limit", 101}},
                              {{"op", "pub"}, {"room", "aurora"}},
                              {{"op", "pub"}, {"room", "aurora"}, {"text", 7}},
                              {{"op", "pub"}, {"room", "aurora"}, {"text", value::map{}}},
                              {{"op", "pub"}, {"room", "aurora"}, {"text", "hi"}, {"cid", 7}},
                              {{"op", "pub"}, {"room", "aurora"}, {"text", "hi"}, {"cid", std::string(65, 'c')}},
                              {{"op", "pub"}, {"room", "aurora"}, {"text", "hi"}, {"data", "no map"}},
                              {{"op", "pub"}, {"room", "aurora"}, {"text", "hi"}, {"reply_to", "1"}},
                              {{"op", "pub"}, {"room", "aurora"}, {"text", "hi"}, {"vt", value::array{}}},
                              {{"op", "read"}, {"room", "aurora"}, {"off", "1"}},
                              {{"op", "read"}, {"room", "aurora"}},
                              {{"op", "presence"}, {"room", "aurora"}, {"mode", "everything"}},
                              {{"op", "pub"}, {"room", "aurora"}, {"text", "hi"}, {"reply_to", 0}},
                              {{"op", "refresh"}, {"token", 7}},
                              {{"op", "leave"}}};
  for (const auto& frame : wrong) {
    EXPECT_EQ(mina.err_code(frame), 107U) << value(frame);
  }
  mina.publish("aurora", "still here");
}

TEST_P(frames, a_request_without_a_valid_id_is_refused_without_one) {
  auto mina = enter("mina");
  const value without_id[] = {value::map{{"op", "ping"}}, value::map{{"op", "ping"}, {"id", "1"}},
                              value::map{{"op", "ping"}, {"id", -1}}, value::map{{"op", "ping"}, {"id", 1.5}},
                              value::map{{"op", "ping"}, {"id", 9'007'199'254'740'992}}};
  for (const auto& frame : without_id) {
    mina.send_value(frame);
    EXPECT_EQ(mina.anonymous_answer()["err"]["code"], value(107)) << frame;
  }
  mina.ok({{"op", "ping"}});
}

TEST_P(frames, unknown_keys_are_ignored) {
  auto mina = enter("mina");
  const value later = value::map{{"deep", value::array{1, value::map{{"x", value{}}}}}};
  mina.ok({{"op", "join"}, {"room", "aurora"}, {"of_a_later_version", later}});
  const auto published =
      mina.ok({{"op", "pub"}, {"room", "aurora"}, {"text", "hi"}, {"mood", "happy"}, {"n", 1.5}, {"list", later}});
  EXPECT_EQ(published["off"], value(1));
}

TEST_P(frames, an_array_of_frames_is_carried_out_in_order) {
  auto mina = enter("mina");
  value::array batch{value::map{{"op", "join"}, {"id", 1'000}, {"room", "aurora"}}};
  for (int i = 1; i <= 10; ++i) {
    batch.push_back(
        value::map{{"op", "pub"}, {"id", 1'000 + i}, {"room", "aurora"}, {"text", "m" + std::to_string(i)}});
  }
  batch.push_back(value::map{{"op", "teleport"}, {"id", 1'011}});
  batch.push_back(value::map{{"op", "ping"}, {"id", 1'012}});
  mina.send_value(batch);
  EXPECT_TRUE(mina.answer(1'000).has("ok"));
  for (std::uint64_t i = 1; i <= 10; ++i) {
    EXPECT_EQ(mina.answer(1'000 + i)["ok"]["off"], value(i));
  }
  EXPECT_EQ(mina.answer(1'011)["err"]["code"], value(107));
  EXPECT_TRUE(mina.answer(1'012).has("ok"));
}

TEST_P(frames, joins_and_leaves_of_one_room_may_come_in_one_batch) {
  auto mina = enter("mina");
  value::array batch{value::map{{"op", "leave"}, {"id", 1'000}, {"room", "aurora"}},
                     value::map{{"op", "join"}, {"id", 1'001}, {"room", "aurora"}},
                     value::map{{"op", "leave"}, {"id", 1'002}, {"room", "aurora"}},
                     value::map{{"op", "leave"}, {"id", 1'003}, {"room", "aurora"}},
                     value::map{{"op", "join"}, {"id", 1'004}, {"room", "aurora"}}};
  mina.send_value(batch);
  for (std::uint64_t id = 1'000; id <= 1'004; ++id) EXPECT_TRUE(mina.answer(id).has("ok")) << id;
  (void)mina.publish("aurora", "in");
}

TEST_P(frames, names_are_1_to_128_bytes_without_control_characters_or_slash) {
  auto mina = enter("mina");
  const std::string bad[] = {"",     "a/b",      "/",          std::string("a\0b", 3), "a\nb",
                             "\x7f", "\xc2\x80", "a\xc2\x9fz", std::string(129, 'r')};
  for (const auto& room : bad) {
    EXPECT_EQ(mina.err_code({{"op", "join"}, {"room", room}}), 107U) << value(room);
  }
  for (const auto& room :
       {std::string("r"), std::string(128, 'r'), std::string("공연장 1층"), std::string("a.b-c_d e")}) {
    EXPECT_EQ(mina.join(room)["room"].text(), room);
    mina.publish(room, "hi");
  }
}

TEST_P(frames, texts_have_a_limit_and_may_not_be_empty_without_data) {
  auto mina = enter("mina");
  mina.join("aurora");
  EXPECT_EQ(mina.err_code({{"op", "pub"}, {"room", "aurora"}, {"text", std::string(4'097, 'x')}}), 107U);
  EXPECT_EQ(mina.err_code({{"op", "pub"}, {"room", "aurora"}, {"text", ""}}), 107U);
  mina.publish("aurora", std::string(4'096, 'x'));
  EXPECT_EQ(mina.pushed_through("aurora", 1).at(0).text.size(), 4'096U);
}

TEST_P(frames, data_is_a_map_of_at_most_1_kib) {
  auto mina = enter("mina");
  mina.join("aurora");
  const value large = value::map{{"picture", std::string(1'100, 'x')}};
  EXPECT_EQ(mina.err_code({{"op", "pub"}, {"room", "aurora"}, {"text", "hi"}, {"data", large}}), 107U);
  mina.ok(
      {{"op", "pub"}, {"room", "aurora"}, {"text", "hi"}, {"data", value::map{{"picture", std::string(990, 'x')}}}});
}

TEST_P(frames, bytes_that_are_no_frame_close_with_4007) {
  const std::string nested =
      encoded() == encoding::json ? std::string(40, '[') + std::string(40, ']') : std::string(39, '\x91') + "\xc0";
  const std::string payloads[] = {"",
                                  "\xc1",
                                  "{",
                                  bytes(7),
                                  bytes("text"),
                                  bytes(value::array{1}),
                                  bytes(value::array{}),
                                  bytes(value::map{{"op", "ping"}, {"id", 1}}) + "x",
                                  bytes(value::map{{"op", "ping"}, {"id", 1}, {"id", 2}}),
                                  nested,
                                  bytes(value::map{{"op", "ping"}, {"junk", value::array(3'000, value(1))}}),
                                  bytes(value::array(65, value(value::map{{"op", "ping"}, {"id", 1}})))};
  for (const auto& payload : payloads) {
    auto mina = enter("mina");
    mina.send_message(mina.data_opcode(), payload);
    const auto code = mina.closed();
    EXPECT_TRUE(code == 4007 || (code == 1007 && payload == "\xc1")) << code << " '" << payload.substr(0, 80) << "'";
  }
}

TEST_P(frames, text_that_is_not_utf_8_does_not_get_in) {
  auto mina = enter("mina");
  mina.join("aurora");
  auto frame = bytes(value::map{{"op", "pub"}, {"id", 77}, {"room", "aurora"}, {"text", "a?c"}});
  frame[frame.find("a?c") + 1] = '\xff';
  mina.send_message(mina.data_opcode(), frame);
  // Beast itself refuses a text message that is not UTF-8 (1007, RFC 6455); binary ones are the gateway's.
  const auto code = mina.closed();
  EXPECT_TRUE(code == 4007 || code == 1007) << code;
  auto jun = enter("jun");
  EXPECT_EQ(jun.join("aurora")["off"], value(0));
}

TEST_P(frames, an_oversized_message_is_refused) {
  auto mina = enter("mina");
  mina.send_message(mina.data_opcode(), std::string(65'537, ' '));
  const auto code = mina.closed();
  EXPECT_TRUE(code == 4007 || code == 1009) << code;
}

TEST_P(frames, a_message_of_the_other_kind_closes_with_4007) {
  auto mina = enter("mina");
  mina.send_message(encoded() == encoding::json ? opcode::binary : opcode::text,
                    bytes(value::map{{"op", "ping"}, {"id", 1}}));
  const auto code = mina.closed();
  EXPECT_TRUE(code == 4007 || code == 1007) << code;
}

TEST_P(frames, fragments_make_one_message) {
  auto mina = enter("mina");
  const auto whole = bytes(value::map{{"op", "ping"}, {"id", 500}});
  mina.send_bytes(ws_frame(mina.data_opcode(), whole.substr(0, 4), false));
  mina.send_bytes(ws_frame(opcode::ping, "between"));
  mina.send_bytes(ws_frame(opcode::continuation, whole.substr(4, 3), false));
  mina.send_bytes(ws_frame(opcode::continuation, whole.substr(7), true));
  EXPECT_TRUE(mina.answer(500).has("ok"));
}

TEST_P(frames, a_client_that_closes_is_answered) {
  auto mina = enter("mina");
  mina.send_message(opcode::close, close_payload(1000));
  EXPECT_EQ(mina.closed(), 1000);
}

class websocket : public node_test {};

TEST_F(websocket, without_a_subprotocol_it_is_json) {
  auto options = the_node().to(encoding::json);
  options.subprotocol = false;
  ws_client client(options);
  EXPECT_EQ(client.auth(the_node().token("mina"))["user"].text(), "mina");
}

TEST_F(websocket, an_unknown_subprotocol_is_not_agreed_to) {
  stream connection({.port = the_node().port()});
  connection.write(upgrade_request("127.0.0.1:" + std::to_string(the_node().port()), "/v1/ws", "lightstick.v9.xml"));
  std::string answer;
  while (answer.find("\r\n\r\n") == std::string::npos) {
    ASSERT_EQ(connection.read(answer), stream::state::open);
  }
  const auto head = parse_response_head(answer.substr(0, answer.find("\r\n\r\n")));
  EXPECT_TRUE(head.status == 400 || head.status == 101) << head.status;
  EXPECT_EQ(head.header("sec-websocket-protocol"), "");
}

TEST_F(websocket, the_first_known_subprotocol_is_taken) {
  stream connection({.port = the_node().port()});
  connection.write(upgrade_request("127.0.0.1:" + std::to_string(the_node().port()), "/v1/ws",
                                   "chat, lightstick.v1.msgpack, lightstick.v1.json"));
  std::string answer;
  while (answer.find("\r\n\r\n") == std::string::npos) {
    ASSERT_EQ(connection.read(answer), stream::state::open);
  }
  const auto head = parse_response_head(answer.substr(0, answer.find("\r\n\r\n")));
  EXPECT_EQ(head.status, 101);
  EXPECT_EQ(head.header("sec-websocket-protocol"), "lightstick.v1.msgpack");
}

TEST_F(websocket, it_is_at_its_own_path_only) {
  auto options = the_node().to(encoding::json);
  options.path = "/v2/ws";
  EXPECT_THROW(ws_client{options}, upgrade_refused);
  const auto plain = http_get(the_node().port(), "/v1/ws");
  EXPECT_TRUE(plain.status == 400 || plain.status == 426) << plain.status;
}

TEST_F(websocket, pages_of_other_sites_may_not_open_it) {
  auto& n = the_node();
  auto options = n.to(encoding::json);
  for (const auto* origin : {"https://elsewhere.example", "null"}) {
    options.headers = std::string("Origin: ") + origin + "\r\n";
    try {
      ws_client client{options};
      FAIL() << "a page of another site got in";
    } catch (const upgrade_refused& refused) {
      EXPECT_EQ(refused.response.status, 403);
      EXPECT_NE(refused.response.body.find("pages of '" + std::string(origin) + "'"), std::string::npos)
          << refused.response.body;
    }
  }
  options.headers = "Origin: http://127.0.0.1:" + std::to_string(n.port()) + "\r\n";
  EXPECT_TRUE(ws_client{options}.is_open());
}

TEST_F(websocket, pages_of_the_configured_sites_may) {
  auto& n = start_node({"--web-origins", "https://fans.example"});
  auto options = n.to(encoding::json);
  options.headers = "Origin: https://fans.example\r\n";
  EXPECT_TRUE(ws_client{options}.is_open());
}

TEST_F(websocket, silence_is_asked_and_no_pong_closes_with_4201) {
  auto& n = start_node({"--timeouts-ping-after", "200ms", "--timeouts-pong-within", "300ms"});
  auto dead = n.enter(encoding::json, "dead");
  dead.answer_pings(false);
  auto alive = n.enter(encoding::json, "alive");
  // The living one is asked several times, and stays.
  EXPECT_TRUE(poll_until([&] {
    alive.read_for(milliseconds{20});
    dead.read_for(milliseconds{20});
    return alive.pings_seen() >= 4 && !dead.is_open();
  }));
  EXPECT_EQ(dead.closed(), 4201);
  EXPECT_TRUE(alive.is_open());
  alive.ok({{"op", "ping"}});
}

}  // namespace
}  // namespace lightstick::test
