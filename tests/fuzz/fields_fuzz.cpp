// Structs field by field, of every type of member that there is, and one of several. The input: decoder (1) | record

#include "runtime/fields_codec.hpp"

#include "tests/fuzz/input.hpp"

namespace {

using lightstick::fuzz::require;
namespace runtime = lightstick::runtime;

enum class colour : std::uint8_t { red, green };

struct inner {
  std::string name;
  std::optional<std::uint32_t> number;
  static constexpr auto fields = std::tuple(&inner::name, &inner::number);
  friend bool operator==(const inner&, const inner&) = default;
};
struct everything {
  bool flag = false;
  std::uint8_t small = 0;
  std::int64_t signed_one = 0;
  colour shade = colour::red;
  lightstick::wall_ms when;
  lightstick::room_id room;
  lightstick::offset off;
  inner one;
  std::optional<inner> perhaps;
  std::vector<inner> several;
  std::vector<std::vector<std::uint16_t>> lists;
  static constexpr auto fields =
      std::tuple(&everything::flag, &everything::small, &everything::signed_one, &everything::shade, &everything::when,
                 &everything::room, &everything::off, &everything::one, &everything::perhaps, &everything::several,
                 &everything::lists);
  friend bool operator==(const everything&, const everything&) = default;
};
struct nothing {
  static constexpr auto fields = std::tuple();
  friend bool operator==(const nothing&, const nothing&) = default;
};
using one_of = std::variant<everything, nothing, inner>;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lightstick::fuzz::input in(data, size);
  const auto which = in.byte();
  const auto record = in.rest();
  if (which % 2 == 0) {
    auto once = runtime::decode_fields<everything>(record, "everything", 2);
    if (!once) return require(once.error().is(lightstick::condition::corrupt)), 0;
    auto twice = runtime::decode_fields<everything>(runtime::encode_fields(*once), "everything");
    require(twice && *twice == *once);
  } else {
    auto once = runtime::decode_one_of<one_of>(record, "one of");
    if (!once) return require(once.error().is(lightstick::condition::corrupt)), 0;
    auto twice = runtime::decode_one_of<one_of>(runtime::encode_one_of(*once), "one of");
    require(twice && *twice == *once);
  }
  return 0;
}
