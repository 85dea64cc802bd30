// The records of a user. The input: decoder (1) | record

#include "actors/user/user_codec.hpp"

#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lightstick::actors::user;
  using lightstick::fuzz::require;
  lightstick::fuzz::input in(data, size);
  auto which = in.byte();
  auto record = in.rest();
  auto round_trip = [&](auto decode) {
    auto once = decode(record);
    if (!once) return require(once.error().is(lightstick::condition::corrupt));
    auto written = encode(*once);
    auto twice = decode(written);
    require(twice.has_value());
    require(encode(*twice) == written);
  };
  if (which % 2 == 0) {
    round_trip([](const std::string& r) { return decode_event(r); });
  } else {
    round_trip([](const std::string& r) { return decode_snapshot(r); });
  }
  return 0;
}
