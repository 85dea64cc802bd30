// Records of the storage, and keys as errors describe them.
//
//     input    decoder (1) | sealed (1) | version (1) | type (1) | length of the key (1) | key | payload or value

#include "storage/record.hpp"

#include <vector>

#include "storage/identity.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/seal.hpp"

namespace lightstick::storage {
namespace {

using fuzz::require;

void describe_all(std::string_view key) {
  for (auto f : all_families) {
    require(!describe(f, key).empty());
  }
  auto prefix = log_prefix_size(key);
  require(prefix <= key.size());
  if (auto due = parse_due_key(key)) require(due_key(*due) == key);
  require(prefix == 0 || log_prefix_size(key.substr(0, prefix)) == prefix);
}

/// A record that is decoded is encoded to the same bytes.
void decode(std::uint8_t which, const std::string& key, const std::string& value) {
  switch (which % 9) {
    case 0:
      if (auto e = decode_event(key, value)) require(encode_event(key, *e) == value);
      break;
    case 1:
      if (auto s = decode_snapshot(key, value)) require(encode_snapshot(key, *s) == value);
      break;
    case 2:
      if (auto r = decode_history_row(key, value)) require(encode_history_row(key, *r) == value);
      break;
    case 3:
      if (auto m = decode_mark(key, value)) require(encode_mark(key, *m) == value);
      (void)mark_expired(key, value, 1'790'000'000'000);
      break;
    case 4:
      if (auto t = decode_text(record_type::store_id, key, value)) {
        require(encode_text(record_type::store_id, key, *t) == value);
      }
      break;
    case 5:
      if (auto n = decode_number(record_type::epoch, key, value)) {
        require(value.starts_with(encode_number(record_type::epoch, key, *n).substr(0, 2)));
      }
      break;
    case 6:
      if (auto r = decode_reminder(key, value)) require(encode_reminder(key, *r) == value);
      break;
    case 7:
      if (auto d = decode_due(key, value)) require(due_key(*d) == key);
      break;
    default:
      if (auto f = decode_floor(key, value)) require(encode_floor(key, *f) == value);
  }
#ifdef LIGHTSTICK_FUZZ_PLANTED
  // What a decoder that trusts a length would do: reads as far as the event says.
  if (auto e = decode_event(key, value); e && e->event.size() > 4 && e->event.substr(0, 3) == "len") {
    const std::vector<char> copy(e->event.begin(), e->event.end());
    volatile char byte = 0;
    for (std::size_t i = 0; i < static_cast<std::uint8_t>(copy[3]); ++i) byte = copy.data()[i];
    (void)byte;
  }
#endif
}

}  // namespace
}  // namespace lightstick::storage

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lightstick::fuzz::input in(data, size);
  auto which = in.byte();
  bool sealed = in.byte() % 2 == 0;
  auto version = in.byte();
  auto type = in.byte();
  auto key = in.text();
  auto rest = in.rest();
  lightstick::storage::describe_all(key);
  lightstick::storage::decode(which, key, sealed ? lightstick::fuzz::seal(key, version, type, rest) : rest);
  return 0;
}
