#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/base/ids.hpp"
#include "storage/search.hpp"
#include "tools/node/ask_all.hpp"

namespace lightstick::tools {

/// The rooms of a node. Called on the thread of the walk.
class stored_rooms {
 public:
  virtual ~stored_rooms() = default;
  /// As storage::store.
  [[nodiscard]] virtual result<storage::found_logs> find(const storage::log_search& what,
                                                         const storage::progress& watch) = 0;
  /// Has the room let history go that is over; the answer comes when that is durable, and says nothing.
  virtual void wake(const room_id& room, numbered_answer done) = 0;
  /// A room that was asked need not stay active; one that was so before does.
  virtual void let_go(const room_id& room) = 0;
};

struct room_walk_order {
  std::string text;  ///< rooms that hold these bytes are asked; empty: all
  std::uint64_t bytes_per_second_max = 0;  ///< of what is searched; 0 = as fast as the disk is
  std::uint32_t rooms_a_page = 64;         ///< rooms that the walk makes active at once, at most
  ask_limits asks;
};

struct room_walk_report {
  static constexpr std::size_t failures_named_max = 5;

  std::uint64_t rooms = 0;     ///< looked at
  std::uint64_t asked = 0;
  std::uint64_t repeated = 0;  ///< questions that were asked again
  std::uint64_t failed = 0;    ///< that did not do it
  std::vector<std::string> failures{};  ///< the first of them, and why
  std::uint64_t damaged_stretches = 0;  ///< of the store, in which rooms may be that nobody knows of

  void add_failure(const std::string& who, const error& why);
};

/// Asks the rooms of a node, a page of them at a time. Blocks; brings no thread; memory is that of one page.
///
/// `ask` is called with each room that was found, `asks.under_way_max` at once, and again when it was busy; `answered` with
/// each that did it, in the order of their logs, after its page. Then the page's rooms are let go. What fails is counted
/// and the rest goes on. `watch` hears of the bytes that were searched. Errors: stopping (it said so), those of the store.
[[nodiscard]] result<room_walk_report> walk_rooms(
    stored_rooms& where, const room_walk_order& order, const std::function<void(const room_id&, numbered_answer)>& ask,
    const std::function<void(const storage::log_id&, std::uint64_t)>& answered, const storage::progress& watch);

}  // namespace lightstick::tools
