#include "tools/node/room_walk.hpp"

#include <algorithm>

#include "actors/room/messages.hpp"

namespace lightstick::tools {
namespace {

room_id room_of(const storage::log_id& log) { return room_id{log.name.substr(log.name.find('/') + 1)}; }

}  // namespace

void room_walk_report::add_failure(const std::string& who, const error& why) {
  ++failed;
  if (failures.size() < failures_named_max) failures.push_back(who + ": " + why.to_string());
}

result<room_walk_report> walk_rooms(stored_rooms& where, const room_walk_order& order,
                                    const std::function<void(const room_id&, numbered_answer)>& ask,
                                    const std::function<void(const storage::log_id&, std::uint64_t)>& answered,
                                    const storage::progress& watch) {
  room_walk_report out;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  const auto tell = [&](std::uint64_t bytes, std::uint64_t of_page) {
    total = std::max(total, of_page);
    return !watch || watch(done + bytes, std::max(done + bytes, total));
  };
  storage::log_search what;
  what.name_begin = std::string(actors::room::kind) + "/";
  what.text = order.text;
  what.logs_max = order.rooms_a_page;
  what.bytes_per_second_max = order.bytes_per_second_max;
  for (bool more = true; more;) {
    auto page = where.find(what, tell);
    if (!page) return fail(std::move(page.error()));
    total = std::max(total, page->total_bytes);
    done += page->bytes;
    out.rooms += page->looked_at;
    out.damaged_stretches += page->damaged_stretches;
    std::vector<question> questions;
    for (const auto& log : page->logs) {
      questions.emplace_back([&ask, room = room_of(log)](numbered_answer told) { ask(room, std::move(told)); });
    }
    auto told = ask_all(questions, order.asks, [&] { return tell(0, 0); });
    for (const auto& log : page->logs) where.let_go(room_of(log));
    if (!told) return fail(std::move(told.error()));
    out.asked += page->logs.size();
    out.repeated += told->repeated;
    for (std::size_t i = 0; i < page->logs.size(); ++i) {
      if (const auto& each = told->each[i]) {
        answered(page->logs[i], *each);
      } else {
        out.add_failure(page->logs[i].name, each.error());
      }
    }
    more = page->more;
    what.cursor = std::move(page->cursor);
  }
  (void)tell(0, 0);  // the last page may have had nobody to ask
  return out;
}

}  // namespace lightstick::tools
