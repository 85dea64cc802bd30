#include "runtime/registry.hpp"

namespace lightstick::runtime {

result<cell_ptr> registry::insert(shard& s, const probe& p, function_ref<cell_ptr()> make) {
  if (size_.fetch_add(1, std::memory_order_relaxed) >= actors_max_) {
    size_.fetch_sub(1, std::memory_order_relaxed);
    return fail(errc::overloaded, "the node has its limit of " + std::to_string(actors_max_) + " active actors");
  }
  auto made = make();
  if (!made) {
    size_.fetch_sub(1, std::memory_order_relaxed);
    return fail(errc::unavailable, "the actor could not be made");
  }
  return s.cells.insert({p.hash, std::move(made)}).first->who;
}

result<void> registry::admit(const actor_id& id, envelope& e, function_ref<cell_ptr()> make,
                             std::optional<envelope>& displaced) {
  const auto p = probe_of(id);
  auto& s = shard_of(p);
  std::lock_guard lock(s.mutex);
  auto it = s.cells.find(p);
  if (it != s.cells.end()) return it->who->offer(e, displaced);
  if (!make) return fail(errc::not_found, id.to_string() + " is not active");
  auto made = insert(s, p, make);
  if (!made) return fail(std::move(made.error()));
  return (*made)->offer(e, displaced);
}

result<void> registry::add(const actor_id& id, function_ref<cell_ptr()> make) {
  const auto p = probe_of(id);
  auto& s = shard_of(p);
  std::lock_guard lock(s.mutex);
  if (s.cells.contains(p)) return fail(errc::invalid, id.to_string() + " is active already");
  if (auto made = insert(s, p, make); !made) return fail(std::move(made.error()));
  return {};
}

cell_ptr registry::find(const actor_id& id) const {
  const auto p = probe_of(id);
  const auto& s = shard_of(p);
  std::lock_guard lock(s.mutex);
  auto it = s.cells.find(p);
  return it == s.cells.end() ? nullptr : it->who;
}

bool registry::remove(const cell& who, bool even_if_needed, function_ref<void()> before) {
  cell_ptr last;  // of the shard; let go without the lock
  const auto p = probe_of(who.id);
  auto& s = shard_of(p);
  std::lock_guard lock(s.mutex);
  auto it = s.cells.find(p);
  if (it == s.cells.end() || it->who.get() != &who) return false;
  if (!even_if_needed && who.mail.depth.load(std::memory_order_acquire) != 0) return false;
  before();
  last = it->who;
  s.cells.erase(it);
  size_.fetch_sub(1, std::memory_order_relaxed);
  return true;
}

bool registry::retire(const cell& who, function_ref<void()> before) { return remove(who, false, before); }

bool registry::evict(const cell& who, function_ref<void()> before) { return remove(who, true, before); }

void registry::for_each(const std::function<void(const cell_ptr&)>& visit, std::size_t nth, std::size_t slices) const {
  for (std::size_t i = nth % slices; i < shard_count; i += slices) {
    const auto& s = shards_[i];
    std::vector<cell_ptr> here;
    {
      std::lock_guard lock(s.mutex);
      here.reserve(s.cells.size());
      for (const auto& e : s.cells) here.push_back(e.who);
    }
    for (const auto& c : here) visit(c);
  }
}

}  // namespace lightstick::runtime
