#include <gtest/gtest.h>

#include "frame_text.hpp"
#include "gateway/wire/json.hpp"
#include "gateway/wire/msgpack_codec.hpp"

namespace lightstick::gateway::protocol {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

std::string to_msgpack(std::string_view json) {
  auto v = wire::read_json(json, {.bytes = 1 << 24, .depth = 64, .items = 1 << 20});
  EXPECT_TRUE(v) << json;
  std::string bytes;
  wire::msgpack_writer w(bytes);
  if (v) wire::write(w, *v);
  return bytes;
}

std::string text_of(encoding e, std::string_view bytes, const limits& l) {
  auto frames = decode(e, bytes, l);
  if (!frames) return "closed: " + frames.error().detail;
  std::string text;
  for (const auto& d : *frames) {
    EXPECT_TRUE(d.frame || d.frame.error().code == actors::errc::bad_request);
    text += (text.empty() ? "" : "\n") + frame_text::of(d);
  }
  return text;
}

/// What a message means; the same in both encodings.
std::string meaning(std::string_view json, const limits& l = {}) {
  auto text = text_of(encoding::json, json, l);
  EXPECT_EQ(text_of(encoding::msgpack, to_msgpack(json), l), text) << json;
  return text;
}

std::string in_pub(std::string_view fields) {
  return meaning(R"({"op":"pub","id":3,"room":"aurora",)" + std::string(fields) + "}");
}

// ---- messages ----

TEST(decode, refuses_a_message_that_holds_no_frame) {
  for (auto json : {"null", "1", "\"ping\"", "[]", "[[]]", "[1]", R"([{"op":"ping","id":1},null])",
                    R"([{"op":"ping","id":1},[{"op":"ping","id":2}]])"}) {
    EXPECT_TRUE(meaning(json).starts_with("closed: ")) << json;
  }
}

TEST(decode, refuses_bytes_that_are_no_frame) {
  for (auto e : {encoding::json, encoding::msgpack}) {
    for (auto bytes : {""sv, "\0"sv, "\xC1"sv, "{\"op\":"sv, "\x81\xA2op"sv, "\xFF\xFE"sv}) {
      EXPECT_TRUE(text_of(e, bytes, {}).starts_with("closed: "));
    }
  }
}

TEST(decode, an_encoding_is_not_guessed) {
  const std::string json = R"({"op":"ping","id":1})";
  EXPECT_TRUE(text_of(encoding::msgpack, json, {}).starts_with("closed: "));
  EXPECT_TRUE(text_of(encoding::json, to_msgpack(json), {}).starts_with("closed: "));
}

TEST(decode, takes_64_frames_in_one_message_and_no_more) {
  std::string many = R"([{"op":"ping","id":0})";
  for (int i = 1; i < 64; ++i) {
    many += R"(,{"op":"ping","id":)" + std::to_string(i) + "}";
  }
  EXPECT_TRUE(meaning(many + "]").ends_with("#63 ping id=63"));
  EXPECT_EQ(meaning(many + R"(,{"op":"ping","id":64}])"), "closed: more than 64 frames in one message");
}

TEST(decode, one_refused_frame_does_not_refuse_the_others) {
  EXPECT_EQ(meaning(R"([{"op":"ping","id":1},{"op":"leave","id":2},{"id":3},{"op":"ping","id":4}])"),
            "#1 ping id=1\n#2 !room is missing\n#3 !op is missing\n#4 ping id=4");
}

TEST(decode, holds_the_limits_of_shape) {
  EXPECT_EQ(meaning(R"({"op":"ping","id":1,"x":[[[[[[[]]]]]]]})"), "#1 ping id=1");
  EXPECT_EQ(meaning(R"({"op":"ping","id":1,"x":[[[[[[[[]]]]]]]]})"), "closed: nested deeper than 8 arrays and maps");
  limits small;
  small.items = 3;
  EXPECT_EQ(meaning(R"({"op":"ping","id":1,"x":0})", small), "#1 ping id=1");
  EXPECT_EQ(meaning(R"({"op":"ping","id":1,"x":[0]})", small), "closed: more than 3 keys and elements");
  small = {};
  small.frame_bytes = 21;
  EXPECT_EQ(text_of(encoding::json, R"({"op":"ping","id":10})", small), "#10 ping id=10");
  EXPECT_EQ(text_of(encoding::json, R"({"op":"ping","id":100})", small), "closed: more than 21 bytes");
}

// ---- id and op ----

TEST(decode, an_id_is_an_integer_below_2_to_the_53) {
  EXPECT_EQ(meaning(R"({"op":"ping","id":0})"), "#0 ping id=0");
  EXPECT_EQ(meaning(R"({"op":"ping","id":9007199254740991})"), "#9007199254740991 ping id=9007199254740991");
  EXPECT_EQ(meaning(R"({"op":"ping"})"), "#- !id is missing");
  EXPECT_EQ(meaning(R"({"op":"ping","id":null})"), "#- !id is missing");
  for (auto id : {"9007199254740992", "-1", "1.0", "1e1", "\"1\"", "true", "[1]", "{}"}) {
    EXPECT_EQ(meaning(R"({"op":"ping","id":)" + std::string(id) + "}"),
              "#- !id is not an integer from 0 to 9007199254740991");
  }
}

TEST(decode, refuses_operations_that_it_does_not_know) {
  for (auto op : {"React", "Typing", "Pub", "pub ", "hello", "msgs"}) {
    EXPECT_EQ(meaning(R"({"op":")" + std::string(op) + R"(","id":4,"room":"aurora"})"),
              "#4 !op is none of this server's");
  }
  EXPECT_EQ(meaning(R"({"id":4})"), "#4 !op is missing");
  EXPECT_EQ(meaning(R"({"op":"","id":4})"), "#4 !op is empty");
  EXPECT_EQ(meaning(R"({"op":7,"id":4})"), "#4 !op is not a string");
}

TEST(decode, an_act_of_a_moderator_has_its_own_fields) {
  const auto act = [](const std::string& rest) {
    return meaning(R"({"op":"mod","id":4,"room":"aurora")" + rest + "}");
  };
  EXPECT_EQ(act(""), "#4 !act is missing");
  EXPECT_EQ(act(R"(,"act":"kick")"), "#4 !act is none of this server's");
  EXPECT_EQ(act(R"(,"act":"mute")"), "#4 !user is missing");
  EXPECT_EQ(act(R"(,"act":"delete")"), "#4 !off or user is what delete takes, one of them");
  EXPECT_EQ(act(R"(,"act":"delete","off":1,"user":"17")"), "#4 !off or user is what delete takes, one of them");
  EXPECT_EQ(act(R"(,"act":"slow","interval_ms":3600001)"), "#4 !interval_ms is not an integer from 0 to 3600000");
  EXPECT_EQ(act(R"(,"act":"members_only")"), "#4 !on is missing");
  EXPECT_EQ(act(R"(,"act":"members_only","on":1)"), "#4 !on is neither true nor false");
  EXPECT_EQ(act(R"(,"act":"pin","off":0)"), "#4 !off is not an integer from 1 to 18446744073709551615");
  EXPECT_EQ(act(R"(,"act":"ban","user":"17","for_ms":0)"), "#4 !for_ms is not an integer from 1 to 3153600000000");
  EXPECT_EQ(act(R"(,"act":"filter","add":"spam")"), "#4 !add is not an array");
  EXPECT_EQ(act(R"(,"act":"filter","add":[7])"), "#4 !add has something that is no word of at most 64 bytes");
  EXPECT_EQ(act(R"(,"act":"filter","remove":[")" + std::string(65, 'x') + "\"]"),
            "#4 !remove has something that is no word of at most 64 bytes");
  EXPECT_EQ(act(R"(,"act":"filter","repeats_ms":3600001)"), "#4 !repeats_ms is not an integer from 0 to 3600000");
  EXPECT_EQ(act(R"(,"act":"ban","user":"17","why":")" + std::string(257, 'x') + "\""),
            "#4 !why is longer than 256 bytes");
}

TEST(decode, ignores_unknown_keys_and_takes_null_for_absent) {
  EXPECT_EQ(meaning(R"({"a":[{}],"id":4,"op":"leave","zz":{"id":5},"room":"aurora"})"), "#4 leave id=4 room=aurora");
  EXPECT_EQ(meaning(R"({"op":"join","id":4,"room":"aurora","since":null,"limit":null})"),
            "#4 join id=4 room=aurora limit=50");
  EXPECT_EQ(meaning(R"({"op":"leave","id":4,"room":null})"), "#4 !room is missing");
}

// ---- fields of every operation ----

TEST(decode, room_is_a_valid_name_wherever_it_is_asked_for) {
  const std::string longest(128, 'r');
  for (std::string rest : {R"("op":"leave")", R"("op":"join")", R"("op":"pub","text":"hi")", R"("op":"history")",
                           R"("op":"read","off":1)", R"("op":"presence")"}) {
    auto with_room = [&rest](std::string_view room) {
      return meaning("{" + rest + R"(,"id":4,"room":)" + std::string(room) + "}");
    };
    EXPECT_EQ(meaning("{" + rest + R"(,"id":4})"), "#4 !room is missing");
    EXPECT_EQ(with_room("7"), "#4 !room is not a string");
    EXPECT_EQ(with_room("\"\""), "#4 !room is empty");
    EXPECT_EQ(with_room("\"a/b\""), "#4 !room has a '/'");
    EXPECT_EQ(with_room("\"a\\u0085b\""), "#4 !room has a control character");
    EXPECT_EQ(with_room("\"" + longest + "r\""), "#4 !room is longer than 128 bytes");
    EXPECT_NE(with_room("\"" + longest + "\"").find("room=" + longest), std::string::npos);
  }
}

TEST(decode, auth_wants_a_token_and_a_device) {
  EXPECT_EQ(meaning(R"({"op":"auth","id":1,"device":"d"})"), "#1 !token is missing");
  EXPECT_EQ(meaning(R"({"op":"auth","id":1,"device":"d","token":""})"), "#1 !token is empty");
  EXPECT_EQ(meaning(R"({"op":"auth","id":1,"device":"d","token":1})"), "#1 !token is not a string");
  EXPECT_EQ(meaning(R"({"op":"auth","id":1,"token":"t"})"), "#1 !device is missing");
  EXPECT_EQ(meaning(R"({"op":"auth","id":1,"token":"t","device":")" + std::string(65, 'd') + "\"}"),
            "#1 !device is longer than 64 bytes");
  EXPECT_EQ(meaning(R"({"op":"refresh","id":1})"), "#1 !token is missing");
}

TEST(decode, resume_names_the_entry_that_is_wrong) {
  auto with = [](std::string_view resume) {
    return meaning(R"({"op":"auth","id":1,"token":"t","device":"d","resume":)" + std::string(resume) + "}");
  };
  EXPECT_EQ(with("[]"), "#1 auth id=1 token=t device=d");
  EXPECT_EQ(with(R"([{"room":"a","hist":"h","off":0},{"room":"b","hist":null,"off":null}])"),
            "#1 auth id=1 token=t device=d resume=a since=h@0 resume=b");
  EXPECT_EQ(with("{}"), "#1 !resume is not an array");
  EXPECT_EQ(with(R"([{"room":"a"},"b"])"), "#1 !resume[1] is not a map");
  EXPECT_EQ(with(R"([{"room":"a"},{}])"), "#1 !resume[1].room is missing");
  EXPECT_EQ(with(R"([{"room":"a","hist":"h"}])"), "#1 !resume[0].off is missing");
  EXPECT_EQ(with(R"([{"room":"a","off":1}])"), "#1 !resume[0].hist is missing");
  EXPECT_EQ(with(R"([{"room":"a","hist":"h","off":-1}])"),
            "#1 !resume[0].off is not an integer from 0 to 18446744073709551615");
}

TEST(decode, resume_has_at_most_100_rooms) {
  std::string rooms = R"({"room":"a"})";
  for (int i = 1; i < 100; ++i) {
    rooms += R"(,{"room":"a"})";
  }
  auto with = [](const std::string& entries) {
    return meaning(R"({"op":"auth","id":1,"token":"t","device":"d","resume":[)" + entries + "]}");
  };
  EXPECT_TRUE(with(rooms).starts_with("#1 auth"));
  EXPECT_EQ(with(rooms + R"(,{"room":"a"})"), "#1 !resume has more than 100 rooms");
}

TEST(decode, join_takes_where_the_client_stopped_and_a_limit) {
  auto with = [](std::string_view fields) {
    return meaning(R"({"op":"join","id":2,"room":"a",)" + std::string(fields) + "}");
  };
  EXPECT_EQ(with(R"("limit":0)"), "#2 join id=2 room=a limit=0");
  EXPECT_EQ(with(R"("limit":100)"), "#2 join id=2 room=a limit=100");
  EXPECT_EQ(with(R"("limit":101)"), "#2 !limit is not an integer from 0 to 100");
  EXPECT_EQ(with(R"("limit":4294967296)"), "#2 !limit is not an integer from 0 to 100");
  EXPECT_EQ(with(R"("limit":"9")"), "#2 !limit is not an integer from 0 to 100");
  EXPECT_EQ(with(R"("since":"h9")"), "#2 !since is not a map");
  EXPECT_EQ(with(R"("since":{})"), "#2 !since.hist is missing");
  EXPECT_EQ(with(R"("since":{"hist":"h9"})"), "#2 !since.off is missing");
  EXPECT_EQ(with(R"("since":{"hist":9,"off":1})"), "#2 !since.hist is not a string");
  EXPECT_EQ(with(R"("since":{"hist":"h9","off":18446744073709551615})"),
            "#2 join id=2 room=a since=h9@18446744073709551615 limit=50");
}

TEST(decode, history_takes_one_direction) {
  auto with = [](std::string_view fields) {
    return meaning(R"({"op":"history","id":4,"room":"a",)" + std::string(fields) + "}");
  };
  EXPECT_EQ(with(R"("before":0,"limit":1)"), "#4 history id=4 room=a before=0 limit=1");
  EXPECT_EQ(with(R"("after":0,"before":null)"), "#4 history id=4 room=a after=0 limit=50");
  EXPECT_EQ(with(R"("before":9,"after":3)"), "#4 !before and after exclude each other");
  EXPECT_EQ(with(R"("before":1.5)"), "#4 !before is not an integer from 0 to 18446744073709551615");
  EXPECT_EQ(with(R"("limit":0)"), "#4 !limit is not an integer from 1 to 100");
  EXPECT_EQ(with(R"("limit":101)"), "#4 !limit is not an integer from 1 to 100");
}

TEST(decode, read_wants_an_offset) {
  EXPECT_EQ(meaning(R"({"op":"read","id":5,"room":"a","off":0})"), "#5 read id=5 room=a off=0");
  EXPECT_EQ(meaning(R"({"op":"read","id":5,"room":"a"})"), "#5 !off is missing");
  EXPECT_EQ(meaning(R"({"op":"read","id":5,"room":"a","off":-3})"),
            "#5 !off is not an integer from 0 to 18446744073709551615");
}

TEST(decode, reactions_have_a_kind_and_a_number) {
  auto with = [](std::string_view fields) {
    return meaning(R"({"op":"react","id":8,"room":"a",)" + std::string(fields) + "}");
  };
  EXPECT_EQ(with(R"("kind":"cheer","seq":1)"), "#8 react id=8 room=a kind=cheer n=1 seq=1");
  EXPECT_EQ(with(R"("kind":"h_e-4rt","n":50,"seq":9007199254740991)"),
            "#8 react id=8 room=a kind=h_e-4rt n=50 seq=9007199254740991");
  for (const auto* wrong : {R"("seq":1)", R"("kind":"","seq":1)", R"("kind":"Cheer","seq":1)", R"("kind":7,"seq":1)",
                            R"("kind":"seventeen-letters","seq":1)", R"("kind":"cheer")", R"("kind":"cheer","seq":0)",
                            R"("kind":"cheer","seq":1,"n":0)", R"("kind":"cheer","seq":1,"n":51)",
                            R"("kind":"cheer","seq":9007199254740992)", R"("kind":"cheer","seq":"1")"}) {
    EXPECT_TRUE(with(wrong).starts_with("#8 !")) << wrong << ": " << with(wrong);
  }
}

TEST(decode, boards_are_of_the_day_or_of_all_time) {
  auto with = [](std::string_view fields) {
    return meaning(R"({"op":"board","id":8,"room":"a")" + std::string(fields) + "}");
  };
  EXPECT_EQ(with(""), "#8 board id=8 room=a day top=10");
  EXPECT_EQ(with(R"(,"of":"all","top":100,"watch":true)"), "#8 board id=8 room=a all top=100 watch");
  for (const auto* wrong : {R"(,"of":"week")", R"(,"of":1)", R"(,"top":0)", R"(,"top":101)", R"(,"watch":1)"}) {
    EXPECT_TRUE(with(wrong).starts_with("#8 !")) << wrong << ": " << with(wrong);
  }
}

TEST(decode, presence_counts_or_pages) {
  auto with = [](std::string_view fields) {
    return meaning(R"({"op":"presence","id":8,"room":"a",)" + std::string(fields) + "}");
  };
  EXPECT_EQ(with(R"("mode":"count")"), "#8 presence id=8 room=a count limit=100 after=");
  EXPECT_EQ(with(R"("mode":"page","limit":1,"after":"u")"), "#8 presence id=8 room=a page limit=1 after=u");
  EXPECT_EQ(with(R"("mode":"all")"), "#8 !mode is neither count nor page");
  EXPECT_EQ(with(R"("mode":1)"), "#8 !mode is not a string");
  EXPECT_EQ(with(R"("limit":0)"), "#8 !limit is not an integer from 1 to 100");
  EXPECT_EQ(with(R"("after":"a/b")"), "#8 !after has a '/'");
}

// ---- pub ----

TEST(decode, pub_wants_a_text_or_data) {
  EXPECT_EQ(in_pub(R"("text":"hi")"), "#3 pub id=3 room=aurora cid= text=hi");
  EXPECT_EQ(in_pub(R"("text":"","data":{})"), "#3 pub id=3 room=aurora cid= text= data=80");
  EXPECT_EQ(in_pub(R"("data":{})"), "#3 pub id=3 room=aurora cid= text= data=80");
  EXPECT_EQ(in_pub(R"("text":"")"), "#3 !text is missing or empty, and there is no data");
  EXPECT_EQ(in_pub(R"("cid":"c")"), "#3 !text is missing or empty, and there is no data");
  EXPECT_EQ(in_pub(R"("text":["hi"])"), "#3 !text is not a string");
}

TEST(decode, pub_takes_text_up_to_its_bytes) {
  EXPECT_TRUE(in_pub(R"("text":")" + std::string(4'096, 'x') + "\"").starts_with("#3 pub"));
  EXPECT_EQ(in_pub(R"("text":")" + std::string(4'097, 'x') + "\""), "#3 !text is longer than 4096 bytes");
  std::string korean;
  for (int i = 0; i < 1'366; ++i) {
    korean += "안";  // 4,098 bytes, fewer characters
  }
  EXPECT_EQ(in_pub("\"text\":\"" + korean + "\""), "#3 !text is longer than 4096 bytes");
}

TEST(decode, pub_keeps_text_as_it_is) {
  EXPECT_EQ(in_pub(R"("text":"<script>\n\u0000\"'& 💜")"), "#3 pub id=3 room=aurora cid= text=<script>\n\0\"'& 💜"s);
}

TEST(decode, pub_checks_the_small_fields) {
  EXPECT_EQ(in_pub(R"("text":"hi","cid":"")"), "#3 !cid is empty");
  EXPECT_EQ(in_pub(R"("text":"hi","cid":")" + std::string(65, 'c') + "\""), "#3 !cid is longer than 64 bytes");
  EXPECT_EQ(in_pub(R"("text":"hi","reply_to":0)"), "#3 !reply_to is not an integer from 1 to 18446744073709551615");
  EXPECT_EQ(in_pub(R"("text":"hi","vt":9223372036854775807)"),
            "#3 pub id=3 room=aurora cid= text=hi vt=9223372036854775807");
  EXPECT_EQ(in_pub(R"("text":"hi","vt":9223372036854775808)"), "#3 !vt is not an integer of 64 bits with a sign");
  EXPECT_EQ(in_pub(R"("text":"hi","vt":0.5)"), "#3 !vt is not an integer of 64 bits with a sign");
}

TEST(decode, data_is_a_map_within_its_bytes_and_depth) {
  for (auto data : {"[]", "\"x\"", "1", "true"}) {
    EXPECT_EQ(in_pub(R"("text":"hi","data":)" + std::string(data)), "#3 !data is not a map");
  }
  auto filled = [](std::size_t bytes) {  // 1 for the map, 2 for the key, 3 for the string's length
    return R"("data":{"k":")" + std::string(bytes - 6, 'x') + "\"}";
  };
  EXPECT_TRUE(in_pub(filled(1'024)).starts_with("#3 pub"));
  EXPECT_EQ(in_pub(filled(1'025)), "#3 !data is longer than 1024 bytes of msgpack");
  EXPECT_TRUE(in_pub(R"("data":{"a":[[[[[]]]]]})").starts_with("#3 pub"));
  EXPECT_EQ(in_pub(R"("data":{"a":[[[[[{}]]]]]})"), "#3 !data is nested deeper than 6 arrays and maps");
}

TEST(decode, data_that_is_allowed_is_allowed_in_an_array_of_frames_too) {
  EXPECT_TRUE(meaning(R"([{"op":"pub","id":3,"room":"a","data":{"a":[[[[[]]]]]}}])").starts_with("#3 pub"));
}

/// However the client wrote it, the same data is the same bytes: a repeated `cid` depends on it.
TEST(decode, data_is_kept_in_shortest_forms) {
  const auto long_forms =
      "\x84\xA2op\xA3pub\xA2id\x03\xA4room\xA1r\xA4"
      "data"
      "\xDF\0\0\0\x02\xD9\x01"
      "a\xCF\0\0\0\0\0\0\0\x05\xA1"
      "b\xCA\x3F\0\0\0"sv;
  EXPECT_EQ(text_of(encoding::msgpack, long_forms, {}),
            meaning(R"({"op":"pub","id":3,"room":"r","data":{"a":5,"b":0.5}})"));
}

}  // namespace
}  // namespace lightstick::gateway::protocol
