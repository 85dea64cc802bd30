#pragma once

#include <set>

#include "runtime/system.hpp"
#include "storage/store.hpp"
#include "tools/node/erasure.hpp"

namespace lightstick::tools {

/// Erasures on a running node, and walks through its rooms. One thread.
class node_erasure final : public erasable {
 public:
  /// REQUIRES: both outlive this, and `sys` the questions that are under way.
  node_erasure(storage::store& store, runtime::system& sys) : store_(store), sys_(sys) {}

  [[nodiscard]] result<storage::found_logs> find(const storage::log_search& what,
                                                 const storage::progress& watch) override {
    return store_.find_logs(what, watch);
  }
  [[nodiscard]] result<void> rewrite(std::span<const storage::log_span> spans,
                                     const std::function<bool()>& go_on) override {
    return store_.rewrite(spans, go_on);
  }
  void forget_in_room(const room_id& room, const user_id& user, numbered_answer done) override;
  void wake(const room_id& room, numbered_answer done) override;
  void let_go(const room_id& room) override;
  void forget_user(const user_id& user, numbered_answer done) override;
  void drop_letters(const user_id& user, numbered_answer done) override;

 private:
  [[nodiscard]] actor_id about_to_ask(const room_id& room);

  storage::store& store_;
  runtime::system& sys_;
  std::set<room_id> made_active_;  ///< of one page
};

}  // namespace lightstick::tools
