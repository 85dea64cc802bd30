#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <fstream>

#include "actors/room/recent_messages.hpp"
#include "gateway/protocol/frames.hpp"
#include "runtime/base/names.hpp"
#include "wire_generators.hpp"

namespace lightstick::gateway::protocol {
namespace {

namespace session = actors::session;

constexpr wire::bounds wide{.bytes = 1 << 26, .depth = 16, .items = 1 << 20};

constexpr int rounds = 50;  ///< of what is cheap, in each case

/// The client's frames of docs/protocol.md as JSON.
const std::vector<std::string>& known_frames() {
  static const std::vector<std::string> frames = [] {
    std::vector<std::string> found;
    std::ifstream page(LIGHTSTICK_SOURCE_DIR "/docs/protocol.md");
    for (std::string line; std::getline(page, line);) {
      if (line.starts_with("```text client ") && std::getline(page, line)) found.push_back(line);
    }
    return found;
  }();
  return frames;
}

bool good_name(std::string_view name, std::size_t bytes_max = name_bytes_max) {
  return check_name(name, "name", bytes_max).has_value();
}
bool good_since(const std::optional<actors::room::since>& s) { return !s || good_name(s->hist.str()); }

/// What must hold of every frame that decoding lets through.
struct is_possible {
  const limits& l;
  bool operator()(const auth& f) const {
    return !f.token.empty() && good_name(f.device.str(), device_bytes_max) && f.resume.size() <= l.resume_rooms &&
           std::all_of(f.resume.begin(), f.resume.end(),
                       [](const auto& e) { return good_name(e.room.str()) && good_since(e.since); });
  }
  bool operator()(const refresh& f) const { return !f.token.empty(); }
  bool operator()(const ping&) const { return true; }
  bool operator()(const session::join& f) const {
    return good_name(f.room.str()) && good_since(f.since) && f.limit <= 100;
  }
  bool operator()(const session::leave& f) const { return good_name(f.room.str()); }
  bool operator()(const session::publish& f) const {
    return good_name(f.room.str()) && (f.cid.empty() || good_name(f.cid, cid_bytes_max)) && valid_utf8(f.text) &&
           f.text.size() <= l.text_bytes && f.data.size() <= l.data_bytes && !(f.text.empty() && f.data.empty()) &&
           (!f.reply_to || f.reply_to->value() > 0) && good_data(f.data);
  }
  bool operator()(const session::history& f) const {
    return good_name(f.room.str()) && f.before.has_value() != f.after.has_value() && f.limit >= 1 && f.limit <= 100;
  }
  bool operator()(const session::read& f) const { return good_name(f.room.str()); }
  bool operator()(const session::presence& f) const {
    return good_name(f.room.str()) && f.limit >= 1 && f.limit <= 100 && (f.after.empty() || good_name(f.after));
  }
  bool operator()(const session::react& f) const {
    return good_name(f.room.str()) && actors::room::valid_kind(f.kind) && f.n >= 1 &&
           f.n <= actors::room::reaction_n_max && f.seq >= 1;
  }
  bool operator()(const session::board& f) const { return good_name(f.room.str()) && f.top >= 1 && f.top <= 100; }
  bool operator()(const session::typing& f) const { return good_name(f.room.str()); }
  bool operator()(const session::moderate& f) const {
    using rules = actors::room::moderation;
    const auto good_word = [](const std::string& w) { return w.size() <= rules::word_bytes_max && valid_utf8(w); };
    return good_name(f.room.str()) && (f.user.empty() || good_name(f.user.str())) && (!f.off || f.off->value() > 0) &&
           f.why.size() <= rules::why_bytes_max && valid_utf8(f.why) && std::ranges::all_of(f.add, good_word) &&
           std::ranges::all_of(f.remove, good_word);
  }
  /// One whole map in shortest forms.
  static bool good_data(const std::string& data) {
    if (data.empty()) return true;
    auto v = wire::read_msgpack(data, {.bytes = 1'024, .depth = 6, .items = 1'024});
    return v && v->as<wire::map>() != nullptr && wire::as_msgpack(*v) == data;
  }
};

void check_any_message(encoding e, const std::string& bytes) {
  limits l;
  l.frames = 4;
  auto frames = decode(e, bytes, l);
  if (!frames) return;
  RC_ASSERT(!frames->empty() && frames->size() <= l.frames);
  for (const auto& d : *frames) {
    if (d.frame) {
      RC_ASSERT(d.id.has_value());
      RC_ASSERT(std::visit(is_possible{l}, *d.frame));
    } else {
      RC_ASSERT(d.frame.error().code == actors::errc::bad_request);
      auto told = refusal(e, d.id, {d.frame.error(), std::nullopt});
      const bool whole =
          e == encoding::json ? wire::read_json(told, wide).has_value() : wire::read_msgpack(told, wide).has_value();
      RC_ASSERT(whole);
      RC_ASSERT(told.size() < 512U);
    }
  }
}

encoding any_encoding() { return *rc::gen::element(encoding::json, encoding::msgpack); }

std::string in(encoding e, const wire::value& v) {
  return e == encoding::json ? wire::as_json(v) : wire::as_msgpack(v);
}

RC_GTEST_PROP(decode, lets_nothing_impossible_through_of_random_bytes, ()) {
  for (int i = 0; i < rounds; ++i) {
    check_any_message(any_encoding(), *rc::gen::container<std::string>(rc::gen::arbitrary<char>()));
  }
}

RC_GTEST_PROP(decode, lets_nothing_impossible_through_of_damaged_frames, ()) {
  RC_ASSERT(!known_frames().empty());
  for (int i = 0; i < rounds; ++i) {
    const auto e = any_encoding();
    const auto frame = wire::read_json(*rc::gen::elementOf(known_frames()), wide).value();
    check_any_message(e, wire::damaged(in(e, frame)));
  }
}

/// A value of a frame is exchanged for any tree, so that each field meets each type.
RC_GTEST_PROP(decode, lets_nothing_impossible_through_of_frames_with_other_values, ()) {
  auto frame = wire::read_json(*rc::gen::elementOf(known_frames()), wide).value();
  auto* keys = frame.as<wire::map>();
  if (keys == nullptr) return;  // an array of frames
  const auto at = *rc::gen::inRange<std::size_t>(0, keys->size());
  RC_PRE((*keys)[at].key != "op");
  (*keys)[at].val = *wire::any_tree(2);
  const auto e = any_encoding();
  check_any_message(e, in(e, frame));
}

/// Both encodings of the same tree are the same frames, or both are refused.
RC_GTEST_PROP(decode, answers_the_same_in_both_encodings, ()) {
  auto frame = wire::read_json(*rc::gen::elementOf(known_frames()), wide).value();
  if (auto* keys = frame.as<wire::map>()) {
    const auto at = *rc::gen::inRange<std::size_t>(0, keys->size());
    (*keys)[at].val = *wire::any_tree(2);
  }
  limits l;
  l.frame_bytes = 1 << 24;  // the one bound that depends on the encoding
  auto from_json = decode(encoding::json, wire::as_json(frame), l);
  auto from_msgpack = decode(encoding::msgpack, wire::as_msgpack(frame), l);
  RC_ASSERT(from_json.has_value() == from_msgpack.has_value());
  if (!from_json) return;
  RC_ASSERT(from_json->size() == from_msgpack->size());
  for (std::size_t i = 0; i < from_json->size(); ++i) {
    const auto& a = (*from_json)[i];
    const auto& b = (*from_msgpack)[i];
    RC_ASSERT(a.id == b.id);
    RC_ASSERT(a.frame.has_value() == b.frame.has_value());
    if (a.frame) {
      RC_ASSERT(a.frame->index() == b.frame->index());
    } else {
      RC_ASSERT(a.frame.error().detail == b.frame.error().detail);
    }
  }
}

/// What a fan published is what the others see, in either encoding.
RC_GTEST_PROP(messages, show_data_and_text_as_they_were_published, ()) {
  auto text = *wire::any_text();
  auto data = *wire::any_tree(2);
  if (data.as<wire::map>() == nullptr) data = wire::value(wire::map{{"k", data}});
  wire::value pub(wire::map{{"op", wire::value("pub")},
                            {"id", wire::value(std::uint64_t{1})},
                            {"room", wire::value("aurora")},
                            {"text", wire::value(text)},
                            {"data", data}});
  limits l;
  l.data_bytes = 1 << 20;
  l.text_bytes = 1 << 20;
  l.frame_bytes = 1 << 24;
  l.items = 1 << 16;
  const auto e = any_encoding();
  auto frames = decode(e, in(e, pub), l);
  RC_ASSERT(frames && frames->front().frame);
  const auto& published = std::get<session::publish>(*frames->front().frame);
  RC_PRE(published.data.size() < 60'000);  // what a record may hold

  actors::chat_message m;
  m.off = offset(1);
  m.text = published.text;
  m.data = published.data;
  std::vector<actors::chat_message_ptr> batch{std::make_shared<const actors::chat_message>(std::move(m))};
  auto from_json = wire::read_json(messages(encoding::json, room_id("aurora"), batch), wide).value();
  auto from_msgpack = wire::read_msgpack(messages(encoding::msgpack, room_id("aurora"), batch), wide).value();
  RC_ASSERT(from_json == from_msgpack);
  const auto& shown = *wire::find(*from_json.as<wire::map>(), "msgs")->as<wire::array>()->front().as<wire::map>();
  RC_ASSERT(*wire::find(shown, "text") == wire::value(text));
  RC_ASSERT(*wire::find(shown, "data") == data);
}

/// A page that was weighed stays within its bytes on the wire.
RC_GTEST_PROP(messages, weigh_at_least_what_they_take, ()) {
  actors::chat_message m;
  m.off = offset(*rc::gen::arbitrary<std::uint64_t>());
  m.ts = wall_ms{*rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000'000)};
  m.user = user_id(*wire::any_text());
  m.name = *wire::any_text();
  m.from = actors::role::moderator;
  m.text = *wire::any_text();
  if (*rc::gen::arbitrary<bool>()) m.reply_to = m.off;
  if (*rc::gen::arbitrary<bool>()) m.vt = *rc::gen::arbitrary<std::int64_t>();
  auto data = *wire::any_tree(2);
  if (data.as<wire::map>() != nullptr) m.data = wire::as_msgpack(data);
  const auto weighs = actors::room::weight(m);
  const std::vector<actors::chat_message_ptr> one{std::make_shared<const actors::chat_message>(std::move(m))};
  const auto two = std::vector{one[0], one[0]};
  for (auto e : {encoding::json, encoding::msgpack}) {
    const auto taken = messages(e, room_id("aurora"), two).size() - messages(e, room_id("aurora"), one).size();
    RC_ASSERT(taken <= weighs);
  }
}

}  // namespace
}  // namespace lightstick::gateway::protocol
