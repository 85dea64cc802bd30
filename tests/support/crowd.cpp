#include "tests/support/crowd.hpp"

#include <algorithm>
#include <deque>
#include <system_error>

namespace lightstick::test {
namespace {

constexpr std::size_t in_flight_max = 8;
constexpr std::size_t remarks_a_life_max = 2'000;
constexpr std::size_t repeated_samples = 4;
constexpr milliseconds listen_step{20};

/// Runs a life; its end is a finding unless the node was killed.
template <class Life>
void until_the_end(world& w, findings& found, const std::string& who, Life&& life) {
  std::string why;
  try {
    life();
    return;
  } catch (const connection_lost& e) {
    why = e.what();
  } catch (const std::system_error& e) {
    why = e.what();
  } catch (const std::exception& e) {
    found.add(&findings::broken, who + ": " + e.what());
    return;
  }
  if (!w.killed) {
    found.add(&findings::broken, who + " lost a node that was not killed: " + why);
  }
}

}  // namespace

void publisher::live(world& w) {
  until_the_end(w, found_, user_, [&] {
    auto client = w.where.enter(encoding_, user_, "admin");
    for (const auto& room : w.rooms) {
      client.join(room);
    }
    work(w, client);
  });
  // Every fourth publish without an answer is never asked about again: it is there once or not at all.
  std::erase_if(open_, [this](std::size_t which) { return said_[which].committed || random_() % 4 == 0; });
}

void publisher::work(world& w, ws_client& client) {
  repeat(client);
  say_something(w, client);
  while (client.is_open()) {
    client.read_for(listen_step);
  }
  throw connection_lost("the end");
}

void publisher::repeat(ws_client& client) {
  for (const auto which : std::vector(open_)) {
    take_answer(client.answer(send(client, which)), which);
  }
  for (std::size_t i = 0; i < repeated_samples && !said_.empty(); ++i) {
    const auto which = random_() % said_.size();
    if (said_[which].committed) {
      take_answer(client.answer(send(client, which)), which);
      ++repeated_;
    }
  }
}

void publisher::say_something(world& w, ws_client& client) {
  std::deque<std::pair<std::uint64_t, std::size_t>> in_flight;
  for (std::size_t i = 0; i < remarks_a_life_max || !in_flight.empty(); ++i) {
    if (i < remarks_a_life_max) {
      const auto which = said_.size();
      const auto name = user_ + "-" + std::to_string(which);
      said_.push_back({w.rooms[random_() % w.rooms.size()], name + std::string(random_() % 200, '.'), name, {}});
      open_.push_back(which);
      in_flight.emplace_back(send(client, which), which);
    }
    if (in_flight.size() >= in_flight_max || i >= remarks_a_life_max) {
      const auto [id, which] = in_flight.front();
      in_flight.pop_front();
      take_answer(client.answer(id), which);
    }
  }
}

std::uint64_t publisher::send(ws_client& client, std::size_t which) {
  const auto& r = said_[which];
  return client.send({{"op", "pub"}, {"room", r.room}, {"cid", r.cid}, {"text", r.text}});
}

void publisher::take_answer(const value& answer, std::size_t which) {
  auto& r = said_[which];
  if (answer.has("err")) {
    const auto code = answer["err"]["code"].number();
    if (code != 130 && code != 131) {
      found_.add(&findings::broken, user_ + ": '" + r.text + "' was refused: " + encode(encoding::json, answer));
    }
    return;
  }
  const auto& ok = answer["ok"];
  const receipt got{ok["off"].number(), ok["ts"].signed_number()};
  if (ok["durable"].text() != "committed") {
    found_.add(&findings::broken, user_ + ": not committed: " + encode(encoding::json, answer));
  }
  if (r.committed && *r.committed != got) {
    found_.add(&findings::changed, user_ + ": '" + r.text + "' was answered #" + std::to_string(r.committed->off) +
                                       " and then #" + std::to_string(got.off));
    return;
  }
  r.committed = got;
}

void reader::live(world& w) {
  until_the_end(w, found_, user_, [&] {
    auto client = enter(w);
    while (client.is_open()) {
      client.read_for(listen_step);
      for (const auto& room : w.rooms) {
        take_pushed(client, room);
      }
    }
    throw connection_lost("the end");
  });
}

void reader::catch_up(world& w, const std::map<std::string, std::uint64_t>& last) {
  until_the_end(w, found_, user_, [&] {
    auto client = enter(w);
    for (const auto& [room, off] : last) {
      if (seen_[room].size() < off) {
        client.pushed_through(room, off);
        take_pushed(client, room);
      }
    }
  });
}

ws_client reader::enter(world& w) {
  auto client = w.where.dial(encoding_);
  value::array resume;
  for (const auto& room : w.rooms) {
    value entry = value::map{{"room", room}};
    if (hist_.contains(room)) {
      entry.set("hist", hist_[room]);
      entry.set("off", seen_[room].size());
    }
    resume.push_back(std::move(entry));
  }
  taken_.clear();
  const auto welcome = client.auth(w.where.token(user_), "d1", std::move(resume));
  for (const auto& joined : welcome["rooms"].items()) {
    take_joined(client, joined);
  }
  return client;
}

void reader::take_joined(ws_client& client, const value& joined) {
  const auto& room = joined["room"].text();
  if (hist_.contains(room) && !joined["recovered"].flag()) {
    found_.add(&findings::broken, user_ + ": " + room + " was not recovered");
  }
  const bool first_time = !hist_.contains(room);
  hist_[room] = joined["hist"].text();
  const auto off = joined["off"].number();
  if (!first_time) {
    for (const auto& c : parse_chats(joined)) {
      append(room, c);
    }
  }
  // Without `since` the newest page came; all before it is of interest here too.
  while (seen_[room].size() < off) {
    const auto before = seen_[room].size();
    const auto page = client.ok_at_any_rate({{"op", "history"}, {"room", room}, {"after", before}, {"limit", 100}});
    for (const auto& c : parse_chats(page)) {
      if (c.off <= off) {
        append(room, c);
      }
    }
    if (seen_[room].size() == before) {
      found_.add(&findings::broken, user_ + ": the history of " + room + " ends before its last offset");
      return;
    }
  }
}

void reader::take_pushed(ws_client& client, const std::string& room) {
  const auto& pushed = client.pushed(room);
  for (auto& i = taken_[room]; i < pushed.size(); ++i) {
    append(room, pushed[i]);
  }
}

void reader::append(const std::string& room, const chat& c) {
  auto& all = seen_[room];
  if (c.off != all.size() + 1) {
    found_.add(&findings::gaps, user_ + " was shown #" + std::to_string(c.off) + " of " + room + " after #" +
                                    std::to_string(all.size()));
    return;
  }
  all.push_back(c);
}

}  // namespace lightstick::test
