#include "tests/sim/rooms/bell.hpp"

#include "runtime/event_sourced.hpp"

namespace lightstick::sim::bell {
namespace {

struct set {
  std::string name;
  static constexpr auto fields = std::tuple(&set::name);
};
struct hushed {
  std::string name;
  static constexpr auto fields = std::tuple(&hushed::name);
};

struct definition {
  struct state {
    std::vector<std::string> waiting;
    std::vector<rung> rings;
    static constexpr auto fields = std::tuple(&state::waiting, &state::rings);
  };
  using commands = runtime::types<ring_at, hush, listen>;
  using decision = runtime::decision<set, hushed, rung>;

  static decision decide(const state& /*s*/, const ring_at& c, const runtime::facts& /*now*/) {
    return decision{}.happened(set{c.name}).remind(c.name, wall_ms{c.due_ms}).answer(done{});
  }
  static decision decide(const state& /*s*/, const hush& c, const runtime::facts& /*now*/) {
    return decision{}.happened(hushed{c.name}).forget(c.name).answer(done{});
  }
  static decision decide(const state& s, const listen& /*c*/, const runtime::facts& /*now*/) {
    return decision{}.answer(heard_so_far{s.rings});
  }
  static decision remember(const state& /*s*/, const runtime::reminder& which, const runtime::facts& f) {
    return decision{}.happened(rung{which.name, which.due_ms, f.now.value});
  }

  static void apply(state& s, const set& e) { s.waiting.push_back(e.name); }
  static void apply(state& s, const hushed& e) { std::erase(s.waiting, e.name); }
  static void apply(state& s, const rung& e) {
    std::erase(s.waiting, e.name);
    s.rings.push_back(e);
  }
};

}  // namespace

void register_kind(runtime::system& sys) {
  auto how = runtime::define<definition>(kind);
  how.reminders_max = rings_max;
  sys.register_kind(std::move(how));
}

}  // namespace lightstick::sim::bell
