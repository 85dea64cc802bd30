#pragma once

#include <array>
#include <functional>
#include <mutex>
#include <unordered_set>
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
  /// The name is in the cell, and hashed once for each call.
  struct entry {
    std::size_t hash;
    cell_ptr who;
  };
  struct probe {
    std::size_t hash;
    const actor_id& id;
  };
  struct hasher {
    using is_transparent = void;
    std::size_t operator()(const entry& e) const noexcept { return e.hash; }
    std::size_t operator()(const probe& p) const noexcept { return p.hash; }
  };
  struct same {
    using is_transparent = void;
    bool operator()(const entry& a, const entry& b) const noexcept { return a.who == b.who; }
    bool operator()(const entry& e, const probe& p) const noexcept { return e.hash == p.hash && e.who->id == p.id; }
    bool operator()(const probe& p, const entry& e) const noexcept { return (*this)(e, p); }
  };
  struct shard {
    mutable std::mutex mutex;
    std::unordered_set<entry, hasher, same> cells;
  };
  [[nodiscard]] static probe probe_of(const actor_id& id) noexcept { return {hash_of(id), id}; }
  [[nodiscard]] shard& shard_of(const probe& p) noexcept { return shards_[p.hash % shard_count]; }
  [[nodiscard]] const shard& shard_of(const probe& p) const noexcept { return shards_[p.hash % shard_count]; }
  [[nodiscard]] result<cell_ptr> insert(shard& s, const probe& p, function_ref<cell_ptr()> make);
  [[nodiscard]] bool remove(const cell& who, bool even_if_needed, function_ref<void()> before);

  std::size_t actors_max_;
  std::atomic<std::size_t> size_{0};
  std::array<shard, shard_count> shards_;
};

}  // namespace lightstick::runtime
