#include "runtime/registry.hpp"

namespace lightstick::runtime {

result<cell_ptr> registry::insert(shard& s, const actor_id& id, function_ref<cell_ptr()> make) {
  if (size_.fetch_add(1, std::memory_order_relaxed) >= actors_max_) {
    size_.fetch_sub(1, std::memory_order_relaxed);
    return fail(errc::overloaded, "the node has its limit of " + std::to_string(actors_max_) + " active actors");
  }
  return s.cells.emplace(id, make()).first->second;
}

result<void> registry::admit(const actor_id& id, envelope& e, function_ref<cell_ptr()> make,
                             std::optional<envelope>& displaced) {
  auto& s = shard_of(id);
  std::lock_guard lock(s.mutex);
  auto it = s.cells.find(id);
  if (it != s.cells.end()) return it->second->offer(e, displaced);
  if (!make) return fail(errc::not_found, id.to_string() + " is not active");
  auto made = insert(s, id, make);
  if (!made) return fail(std::move(made.error()));
  return (*made)->offer(e, displaced);
}

result<void> registry::add(const actor_id& id, function_ref<cell_ptr()> make) {
  auto& s = shard_of(id);
  std::lock_guard lock(s.mutex);
  if (s.cells.contains(id)) return fail(errc::invalid, id.to_string() + " is active already");
  if (auto made = insert(s, id, make); !made) return fail(std::move(made.error()));
  return {};
}

cell_ptr registry::find(const actor_id& id) const {
  const auto& s = shard_of(id);
  std::lock_guard lock(s.mutex);
  auto it = s.cells.find(id);
  return it == s.cells.end() ? nullptr : it->second;
}

bool registry::retire(const cell& who, function_ref<void()> before) {
  auto& s = shard_of(who.id);
  std::lock_guard lock(s.mutex);
  auto it = s.cells.find(who.id);
  if (it == s.cells.end() || it->second.get() != &who) return false;
  if (who.mail.depth.load(std::memory_order_acquire) != 0) return false;
  before();
  s.cells.erase(it);
  size_.fetch_sub(1, std::memory_order_relaxed);
  return true;
}

bool registry::evict(const cell& who, function_ref<void()> before) {
  auto& s = shard_of(who.id);
  std::lock_guard lock(s.mutex);
  auto it = s.cells.find(who.id);
  if (it == s.cells.end() || it->second.get() != &who) return false;
  before();
  s.cells.erase(it);
  size_.fetch_sub(1, std::memory_order_relaxed);
  return true;
}

void registry::for_each(const std::function<void(const cell_ptr&)>& visit, std::size_t nth, std::size_t slices) const {
  for (std::size_t i = nth % slices; i < shard_count; i += slices) {
    const auto& s = shards_[i];
    std::vector<cell_ptr> here;
    {
      std::lock_guard lock(s.mutex);
      here.reserve(s.cells.size());
      for (const auto& [id, c] : s.cells) here.push_back(c);
    }
    for (const auto& c : here) visit(c);
  }
}

}  // namespace lightstick::runtime
