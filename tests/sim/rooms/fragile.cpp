#include "tests/sim/rooms/fragile.hpp"

#include <stdexcept>
#include <utility>

namespace lightstick::sim {

fragile::fragile(actor_id self, std::unique_ptr<runtime::logic> inside, frailty& how)
    : self_(std::move(self)), inside_(std::move(inside)), how_(how) {
  how_.alive[self_] = inside_.get();
}

fragile::~fragile() {
  auto at = how_.alive.find(self_);
  if (at != how_.alive.end() && at->second == inside_.get()) how_.alive.erase(at);
}

void fragile::shake(std::uint32_t per_mille, std::string_view where) {
  if (!how_.chance.per_mille(per_mille)) return;
  ++how_.thrown;
  how_.notes.note(where, self_.to_string());
  throw std::runtime_error("shaken");
}

void fragile::started(runtime::context& ctx) {
  inside_->started(ctx);
  shake(how_.elsewhere, "actor: throws after its start");
}

void fragile::handle(runtime::message& m, runtime::reply& r, runtime::context& ctx) {
  if (how_.poison && how_.poison(m)) shake(1000, "actor: poisoned");
  shake(how_.before, "actor: throws before");
  inside_->handle(m, r, ctx);
  shake(how_.after, "actor: throws after");
}

void fragile::on_timer(runtime::context& ctx) {
  shake(how_.elsewhere, "actor: throws at a timer");
  inside_->on_timer(ctx);
}

void fragile::on_reminder(const runtime::reminder& which, runtime::context& ctx) {
  if (how_.poisonous && how_.poisonous(which)) shake(1000, "actor: poisoned");
  shake(how_.before, "actor: throws before a reminder");
  inside_->on_reminder(which, ctx);
  shake(how_.after, "actor: throws after a reminder");
}

void fragile::settled(runtime::context& ctx) {
  shake(how_.elsewhere, "actor: throws before it has settled");
  inside_->settled(ctx);
}

}  // namespace lightstick::sim
