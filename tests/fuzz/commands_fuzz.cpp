// Commands that were set aside, and the lines that operators read of them. The input: kind (1) | command

#include "actors/room/room_commands.hpp"
#include "actors/user/user_commands.hpp"
#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lightstick;
  using fuzz::require;
  static const auto room = actors::room::make_codec();
  static const auto user = actors::user::make_codec();
  fuzz::input in(data, size);
  const bool of_room = in.byte() % 2 == 0;
  const auto& codec = of_room ? room : user;
  auto describe = of_room ? actors::room::describe : actors::user::describe;
  auto once = codec.decode(in.rest());
  if (!once) return require(once.error().is(condition::corrupt)), 0;
  const auto written = codec.encode(**once);
  require(written.has_value());
  auto twice = codec.decode(*written);
  require(twice.has_value());
  require(codec.encode(**twice) == written);
  require(!describe(**once).empty() && describe(**once) == describe(**twice));
  return 0;
}
