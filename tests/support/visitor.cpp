#include "tests/support/visitor.hpp"

#include <algorithm>
#include <system_error>

#include "tests/support/bad_bytes.hpp"

namespace lightstick::test {
namespace {

constexpr std::size_t open_max = 20;  ///< remarks without an answer; more are repeated before anything new is said
constexpr std::uint64_t steps_max = 80;

}  // namespace

visitor::visitor(const node& where, const std::vector<std::string>& rooms, int number, int users, std::string role,
                 std::uint64_t seed, milliseconds pause)
    : where_(where),
      rooms_(rooms),
      users_(users),
      user_("u" + std::to_string(number % users)),
      device_("d" + std::to_string(number / users)),
      role_(std::move(role)),
      random_(seed),
      pause_(pause) {}

void visitor::live(steady::time_point end) {
  while (steady::now() < end) {
    try {
      if (chance(10)) {
        knock();
      } else {
        visit();
      }
    } catch (const upgrade_refused& refused) {
      meet("refused " + std::to_string(refused.response.status));
      std::this_thread::sleep_for(milliseconds{20});
    } catch (const connection_lost&) {
      meet("lost");
    } catch (const std::system_error&) {
      meet("torn down");  // by the server, while this wrote
    } catch (const std::exception& wrong) {
      meet("wrong: " + std::string(wrong.what()));
    }
  }
}

void visitor::knock() {
  stream connection({.port = where_.port()});
  if (chance(50)) {
    const auto all = no_http();
    connection.write(all[roll(all.size())].bytes);
  } else {
    const auto all = no_websocket(encoding::json);
    connection.write(upgrade_request("x", "/v1/ws", "") + all[roll(all.size())].bytes);
  }
  std::string said;
  (void)connection.read(said, deadline{milliseconds{50}});
  meet("knocked");
  if (chance(50)) connection.reset();
}

void visitor::visit() {
  encoding_ = chance(50) ? encoding::json : encoding::msgpack;
  auto to = where_.to(encoding_);
  if (chance(10)) to.dial.receive_buffer_bytes = 4'096;
  ws_client client(to);
  client.count_ids_from(1ULL << 40U);  // none of those that `babble` makes up
  asked_.clear();
  if (chance(5)) {
    babble(client);
    return;
  }
  const auto token = chance(95) ? where_.token(user_, role_) : "eyJ.e30.x" + std::to_string(roll(1'000));
  value::array resume;
  for (const auto& [room, hist] : hist_) {
    const auto newest = newest_[room];
    resume.emplace_back(value::map{{"room", room}, {"hist", hist}, {"off", newest - std::min(newest, roll(200))}});
  }
  try {
    const auto entered = client.auth(token, device_, std::move(resume));
    for (const auto& room : entered["rooms"].items()) {
      if (room.has("hist")) newest_[room["room"].text()] = room["off"].number();
    }
  } catch (const timed_out&) {
    throw;
  } catch (const std::runtime_error&) {
    // No token of ours, or the node cannot take another session now.
    meet("close " + std::to_string(client.closed()));
    return;
  }
  stay(client);
}

void visitor::stay(ws_client& client) {
  for (auto steps = roll(steps_max); steps > 0 && client.is_open(); --steps) {
    step(client);
    if (pause_.count() > 0) client.read_for(milliseconds{roll(2 * static_cast<std::uint64_t>(pause_.count()))});
  }
  if (!client.is_open()) {
    meet("close " + std::to_string(client.closed()));
    return;
  }
  switch (roll(4)) {
    case 0: client.raw().reset(); break;
    case 1:
      take_answers(client, true);
      client.close();
      break;
    case 2: client.raw().shutdown_write(); break;
    default: break;  // gone without a word
  }
}

void visitor::step(ws_client& client) {
  const auto dice = roll(100);
  if (dice < 40) {
    const bool again = open_.size() >= open_max || (!open_.empty() && chance(30));
    if (!again) {
      const auto word = user_ + device_ + "." + std::to_string(said_.size());
      const auto tail = chance(5) ? roll(3'500) : roll(60);
      said_.push_back({any_room(), word + std::string(tail, 'x'), word, {}});
      open_.push_back(said_.size() - 1);
    }
    speak(client, again ? open_[roll(open_.size())] : said_.size() - 1);
  } else if (dice < 80) {
    send(client, request());
  } else if (dice < 90) {
    if (role_ == "moderator" || role_ == "admin" || chance(10)) send(client, act());
  } else if (dice < 92) {
    babble(client);
  } else if (dice < 94) {
    std::this_thread::sleep_for(milliseconds{roll(100)});  // and does not read
  } else {
    take_answers(client, true);
  }
  if (chance(30)) client.read_for(milliseconds{0});
  take_answers(client, false);
}

void visitor::speak(ws_client& client, std::size_t which) {
  const auto& what = said_[which];
  send(client, {{"op", "pub"}, {"room", what.room}, {"cid", what.cid}, {"text", what.text}}, which);
}

/// What no client sends. Nothing of it can be a publish to one of the rooms that are looked at afterwards.
void visitor::babble(ws_client& client) {
  meet("babbled");
  switch (roll(3)) {
    case 0: {
      const auto all = no_frames(encoding_);
      client.send_message(client.data_opcode(), all[roll(all.size())].bytes);
      break;
    }
    case 1: {
      const auto all = wrong_frames("elsewhere");
      client.send_value(all[roll(all.size())]);
      break;
    }
    default: client.send_message(client.data_opcode(), mutate(random_, encode(encoding_, whole_publish("elsewhere"))));
  }
}

value::map visitor::request() {
  const auto& room = any_room();
  switch (roll(8)) {
    case 0: return {{"op", "leave"}, {"room", room}};
    case 1: return {{"op", "history"}, {"room", room}, {"after", roll(newest_[room] + 1)}, {"limit", 1 + roll(100)}};
    case 2: return {{"op", "read"}, {"room", room}, {"off", roll(newest_[room] + 1)}};
    case 3: return {{"op", "presence"}, {"room", room}, {"mode", chance(50) ? "count" : "page"}};
    case 4: return {{"op", "refresh"}, {"token", where_.token(user_, role_)}};
    case 5: return {{"op", "ping"}};
    default: {
      value::map join{{"op", "join"}, {"room", room}, {"limit", roll(101)}};
      if (auto hist = hist_.find(room); hist != hist_.end() && chance(50)) {
        join.emplace_back("since", value::map{{"hist", hist->second}, {"off", roll(newest_[room] + 1)}});
      }
      return join;
    }
  }
}

value::map visitor::act() {
  const auto& room = any_room();
  const auto whom = "u" + std::to_string(roll(static_cast<std::uint64_t>(users_)));
  const auto off = 1 + roll(newest_[room] + 1);
  const auto for_ms = 1 + roll(300);
  value::map out{{"op", "mod"}, {"room", room}};
  const auto add = [&](const char* what, value::map more) {
    out.emplace_back("act", what);
    for (auto& each : more) out.push_back(std::move(each));
    return out;
  };
  switch (roll(12)) {
    case 0: withdrawn_.emplace(room, off); return add("delete", {{"off", off}});
    case 1:
      if (!chance(10)) return add("pin", {{"off", off}});
      silenced_.emplace(room, whom);
      return add("delete", {{"user", whom}});
    case 2: return add("unpin", {{"off", off}});
    case 3: return add("mute", {{"user", whom}, {"for_ms", for_ms}, {"why", "loud"}});
    case 4: return add("unmute", {{"user", whom}});
    case 5: return add("ban", {{"user", whom}, {"for_ms", for_ms}, {"devices", chance(50)}});
    case 6: return add("unban", {{"user", whom}});
    case 7: return add("shadow", {{"user", whom}, {"for_ms", for_ms}});
    case 8: return add("unshadow", {{"user", whom}});
    case 9: return add("slow", {{"interval_ms", chance(80) ? 0 : roll(20)}});
    case 10: return add("members_only", {{"on", chance(5)}});
    default: return add("filter", {{"add", value::array{"w" + std::to_string(roll(600))}}, {"links", chance(50)}});
  }
}

void visitor::send(ws_client& client, value::map frame, std::size_t which) {
  asked_.push_back({client.send(std::move(frame)), which});
}

void visitor::take_answers(ws_client& client, bool wait) {
  for (auto it = asked_.begin(); it != asked_.end();) {
    auto there = wait ? client.answer(it->id) : client.answer_if_there(it->id);
    if (!there) {
      ++it;
      continue;
    }
    const auto which = it->remark;
    it = asked_.erase(it);
    if (there->has("err")) {
      meet("err " + std::to_string((*there)["err"]["code"].number()));
      continue;
    }
    meet("ok");
    const auto& ok = (*there)["ok"];
    if (ok.has("hist")) {
      hist_[ok["room"].text()] = ok["hist"].text();
      newest_[ok["room"].text()] = ok["off"].number();
    }
    if (which == none) continue;
    if (ok["durable"].text() == "committed") {
      said_[which].committed = receipt{ok["off"].number(), ok["ts"].signed_number()};
      auto& newest = newest_[said_[which].room];
      newest = std::max(newest, ok["off"].number());
    }
    std::erase(open_, which);
  }
}

}  // namespace lightstick::test
