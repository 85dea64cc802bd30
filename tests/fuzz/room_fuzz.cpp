// The records of a room. The input: decoder (1, modulo 5) | offset of the row's key (1) | record

#include "actors/room/room_codec.hpp"

#include "runtime/durable_log.hpp"
#include "tests/fuzz/input.hpp"

namespace {

using namespace lightstick::actors::room;
using lightstick::fuzz::require;

/// What was decoded comes back, however strangely it was written.
template <class Decode>
void round_trip(Decode decode, const std::string& record) {
  auto once = decode(record);
  if (!once) return require(once.error().is(lightstick::condition::corrupt));
  auto written = encode(*once);
  auto twice = decode(written);
  require(twice.has_value());
  require(encode(*twice) == written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lightstick::fuzz::input in(data, size);
  auto which = in.byte();
  auto key = lightstick::runtime::big_endian_key(in.byte());
  auto record = in.rest();
  switch (which % 5) {
    case 0: round_trip([](const std::string& r) { return decode_event(r); }, record); break;
    case 1: round_trip([](const std::string& r) { return decode_snapshot(r); }, record); break;
    case 2: round_trip([](const std::string& r) { return decode_mark(r); }, record); break;
    case 4: round_trip([](const std::string& r) { return decode_reaction_marks(r); }, record); break;
    default:
      if (auto message = decode_message({key, record})) {
        auto again = decode_message({key, encode(**message)});
        require(again.has_value());
        require(**again == **message);
      }
  }
  return 0;
}
