// What back-ups, and folders of them, say of themselves. The input: which (1) | text

#include "storage/backup_label.hpp"

#include "tests/fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lightstick::storage;
  using lightstick::fuzz::require;
  lightstick::fuzz::input in(data, size);
  const auto which = in.byte();
  const auto text = in.rest();
  if (which % 2 == 0) {
    auto once = decode_label(text);
    if (!once) return require(once.error().is(lightstick::condition::corrupt)), 0;
    const auto written = encode_label(*once);
    auto twice = decode_label(written);
    require(twice && encode_label(*twice) == written);
    return 0;
  }
  auto once = decode_folder_label(text);
  if (!once) return require(!once.error().detail.empty()), 0;
  const auto written = encode_folder_label(*once);
  auto twice = decode_folder_label(written);
  require(twice && encode_folder_label(*twice) == written);
  (void)expires_ms(once->rule, once->rule.keep_for_ms);
  return 0;
}
