#pragma once

#include <array>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "runtime/base/function_ref.hpp"
#include "runtime/cell.hpp"
#include "runtime/system.hpp"

namespace lightstick::runtime {

/// Which actors are active on this node. Thread-safe; sharded, each operation locks one shard.
///
/// Invariant: an actor that is in the registry gets every command that was admitted to it, and one that was retired
/// had none waiting: admitting and retiring happen under the same lock.
class registry {
 public:
  explicit registry(std::size_t actors_max) : actors_max_(actors_max) {}

  /// Queues a command, under the shard's lock. Makes the actor with `make` when it is not there (empty `make`: not_found).
  /// `displaced` had to go for it. Errors: overloaded (mailbox or registry is full; `e` is untouched).
  [[nodiscard]] result<void> admit(const actor_id& id, envelope& e, function_ref<cell_ptr()> make,
                                   std::optional<envelope>& displaced);
  /// Adds a new one. Errors: invalid (taken), overloaded (full).
  [[nodiscard]] result<void> add(const actor_id& id, function_ref<cell_ptr()> make);
  /// Null when it is not active.
  [[nodiscard]] cell_ptr find(const actor_id& id) const;
  /// Removes it if no command holds a place; `before` runs under the lock, when it is certain.
  [[nodiscard]] bool retire(const cell& who, function_ref<void()> before);
  /// Removes it whatever waits; `before` as in `retire`. False when it was not there.
  bool evict(const cell& who, function_ref<void()> before);

  /// Calls `visit` without a lock held, for the actors of all shards or of slice `nth` of `slices`.
  void for_each(const std::function<void(const cell_ptr&)>& visit, std::size_t nth = 0, std::size_t slices = 1) const;
  [[nodiscard]] std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t shard_count = 64;
  struct shard {
    mutable std::mutex mutex;
    std::unordered_map<actor_id, cell_ptr> cells;
  };
  [[nodiscard]] shard& shard_of(const actor_id& id) noexcept { return shards_[hash_of(id) % shard_count]; }
  [[nodiscard]] const shard& shard_of(const actor_id& id) const noexcept { return shards_[hash_of(id) % shard_count]; }
  [[nodiscard]] result<cell_ptr> insert(shard& s, const actor_id& id, function_ref<cell_ptr()> make);

  std::size_t actors_max_;
  std::atomic<std::size_t> size_{0};
  std::array<shard, shard_count> shards_;
};

}  // namespace lightstick::runtime
