// Dead letters and the audit journal, read back from any journal, and the rows of the latter.
//
//     input    which (1) | length of the snapshot (1; 0 = none) | snapshot | events, each: length (1) | event
//              for the rows of the audit journal: which (1) | row

#include "runtime/operators/audit.hpp"
#include "runtime/operators/dead_letters.hpp"
#include "tests/fuzz/input.hpp"

namespace {

using lightstick::fuzz::require;
namespace runtime = lightstick::runtime;

/// A journal that can be read gives a state that can be written and read again.
void read_back(const runtime::kind_options& kind, const lightstick::actor_id& id, lightstick::fuzz::input in) {
  auto read = kind.make(id);
  if (auto snapshot = in.text(); !snapshot.empty() && !read->restore(snapshot)) return;
  while (!in.empty()) {
    if (!read->replay(in.text())) return;
  }
  require(!read->inspect().empty());
  auto again = kind.make(id);
  require(again->restore(read->snapshot()).has_value());
  require(again->snapshot() == read->snapshot());
}

const runtime::kind_options& dead_letters() {
  static lightstick::metrics registry;
  static const auto kind = runtime::dead_letters::make_kind(
      [](const std::string& /*actor_kind*/, std::string_view /*bytes*/) -> lightstick::result<runtime::message_ptr> {
        return lightstick::fail(lightstick::errc::invalid, "not read here");
      },
      registry.make_counter("forgotten", "Letters."));
  return kind;
}

const runtime::kind_options& audit() {
  static const auto kind = runtime::audit::make_kind();
  return kind;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lightstick::fuzz::input in(data, size);
  switch (in.byte() % 3) {
    case 0: read_back(dead_letters(), {runtime::dead_letters::kind, runtime::dead_letters::key}, in); break;
    case 1: read_back(audit(), {runtime::audit::kind, runtime::audit::key}, in); break;
    default: {
      auto once = runtime::decode_fields<runtime::audit::entry>(in.rest(), "audit entry");
      if (!once) return require(once.error().is(lightstick::condition::corrupt)), 0;
      const auto written = runtime::encode_fields(*once);
      auto twice = runtime::decode_fields<runtime::audit::entry>(written, "audit entry");
      require(twice && runtime::encode_fields(*twice) == written);
    }
  }
  return 0;
}
