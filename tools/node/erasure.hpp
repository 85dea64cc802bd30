#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gateway/wire/value.hpp"
#include "runtime/base/ids.hpp"
#include "storage/backup.hpp"
#include "storage/search.hpp"
#include "tools/node/room_walk.hpp"

namespace lightstick::tools {

/// What an erasure goes through: a node's store and its actors. Called on the thread of the erasure.
class erasable : public stored_rooms {
 public:
  /// As storage::store.
  [[nodiscard]] virtual result<void> rewrite(std::span<const storage::log_span> spans,
                                             const std::function<bool()>& go_on) = 0;
  /// Withdraws what the user has said there: how many messages.
  virtual void forget_in_room(const room_id& room, const user_id& user, numbered_answer done) = 0;
  /// Forgets the user's own state: how many rooms it named.
  virtual void forget_user(const user_id& user, numbered_answer done) = 0;
  /// Drops commands that were set aside and name the user: how many.
  virtual void drop_letters(const user_id& user, numbered_answer done) = 0;
};

struct erasure_order {
  user_id user;
  bool all_files = false;  ///< rewrites all tables, not just those of the rooms that the user was found in
  std::uint64_t bytes_per_second_max = 0;  ///< of what is searched; 0 = as fast as the disk is
  std::uint32_t rooms_a_page = 64;         ///< rooms that the erasure makes active at once, at most
  ask_limits asks;
};

struct erasure_report {
  user_id user;
  bool all_files = false;        ///< were written anew, not just those that the user was found in
  room_walk_report rooms;        ///< asked were those whose records hold the user's id somewhere
  std::uint64_t rooms_with = 0;  ///< with messages of the user
  std::uint64_t messages = 0;
  std::uint64_t user_rooms = 0;  ///< that the user's own state named
  std::uint64_t letters = 0;
};

/// Forgets a user in every room of a node, then in the user's own actor, then among the dead letters, and then has the
/// files written anew that held it. Blocks; brings no thread.
///
/// Rooms are found by reading the store through, a page at a time, so that memory is bounded whatever there is: only
/// those with the user's id somewhere in their records are made active, `asks.under_way_max` at once, and are let go
/// after the page. Activations beside others' are paced by the runtime's gate and budget: a room that is overloaded is
/// asked again, `asks.tries_max` times. What fails is counted and named, and the rest goes on.
///
/// Done twice is as good as once. One that was cut short has to be begun again; what it had erased is erased, but of
/// the rooms that it had been to the second run does not know: `all_files` makes sure of their files.
///
/// What the user says meanwhile may stay. Errors: stopping (`watch` said so), those of the store; and, when all that
/// could be done is done, unavailable: the detail says what is left.
[[nodiscard]] result<erasure_report> erase_everywhere(erasable& where, const erasure_order& order,
                                                      const storage::progress& watch);

/// For a person. `backups`: those of the node's last back-up folder, when it is known.
[[nodiscard]] std::string to_text(const erasure_report& done, const std::optional<storage::backup_list>& backups,
                                  const std::filesystem::path& folder);
[[nodiscard]] gateway::wire::value to_value(const erasure_report& done,
                                            const std::optional<storage::backup_list>& backups);
/// One line for the audit journal.
[[nodiscard]] std::string summary(const erasure_report& done);

}  // namespace lightstick::tools
