#include "actors/revocations/revocations_actor.hpp"

#include <algorithm>

#include "runtime/base/names.hpp"
#include "runtime/event_sourced.hpp"

namespace lightstick::actors::revocations {
namespace {

struct book {
  using commands = runtime::types<revoke, list>;
  using decision = runtime::decision<revoked>;

  struct state {
    std::vector<revocation> entries;
    static constexpr auto fields = std::tuple(&state::entries);
  };

  static decision decide(const state& s, const revoke& r, const runtime::facts& f) {
    if (auto named = check(r); !named) return fail(std::move(named.error()));
    if (r.until <= f.now) return fail(errc::invalid, "it would be forgotten at once: `until` is not in the future");
    const auto counts = [&](const revocation& e) { return e.until > f.now && !same(e, r.of_user, r.name); };
    if (static_cast<std::size_t>(std::ranges::count_if(s.entries, counts)) >= entries_max) {
      return fail(errc::overloaded, std::to_string(entries_max) + " revocations have not expired yet");
    }
    const revoked what{{r.of_user, r.name, f.now, r.until}};
    return decision().happened(what).answer(what);
  }
  static decision decide(const state& s, const list& /*l*/, const runtime::facts& f) {
    listed out;
    std::ranges::copy_if(s.entries, std::back_inserter(out.entries),
                         [&](const revocation& e) { return e.until > f.now; });
    return decision().answer(std::move(out));
  }

  static void apply(state& s, const revoked& r) {
    std::erase_if(s.entries,
                  [&](const revocation& e) { return e.until <= r.what.since || same(e, r.what.of_user, r.what.name); });
    s.entries.push_back(r.what);
  }
  static runtime::inspection inspect(const state& s) { return {{"revocations", std::to_string(s.entries.size())}}; }

 private:
  static bool same(const revocation& e, bool of_user, const std::string& name) {
    return e.of_user == of_user && e.name == name;
  }
  static result<void> check(const revoke& r) {
    if (r.of_user) return check_name(r.name, "the user");
    if (r.name.empty() || r.name.size() > jti_bytes_max || !valid_utf8(r.name)) {
      return fail(errc::invalid, "a jti has 1 to " + std::to_string(jti_bytes_max) + " bytes of UTF-8");
    }
    return {};
  }
};

}  // namespace

runtime::kind_options make_kind() { return runtime::define<book>(kind); }

void register_kind(runtime::system& sys) { sys.register_kind(make_kind()); }

}  // namespace lightstick::actors::revocations
