// Files of RocksDB's record format: write-ahead logs and manifests.
//
//     input    0 | the file
//              1 | what is done to it (1) | where (2) | records, each: length (2) | seed (1)

#include "storage/rocks/record_file.hpp"

#include <algorithm>
#include <sstream>
#include <vector>

#include "tests/fuzz/input.hpp"

namespace lightstick::storage::rocks {
namespace {

using fuzz::require;

constexpr std::size_t block_bytes = 32U << 10U;
constexpr std::size_t header_bytes = 7;
constexpr std::size_t file_bytes_max = 4 * block_bytes;

struct made_file {
  std::string bytes;
  std::vector<std::size_t> parts;  // where they begin
  std::uint64_t records = 0;

  void put(char type, const std::string& content) {
    const auto sealed = type + content;
    auto crc = crc32c(0, sealed.data(), sealed.size());
    crc = ((crc >> 15U) | (crc << 17U)) + 0xA282EAD8U;
    parts.push_back(bytes.size());
    for (unsigned i = 0; i < 4; ++i) bytes += static_cast<char>(crc >> (8 * i));
    bytes += static_cast<char>(content.size());
    bytes += static_cast<char>(content.size() >> 8U);
    bytes += sealed;
    if (type == 1 || type == 4) ++records;
  }
  void add(const std::string& record) {
    std::size_t from = 0;
    for (bool begins = true, ends = false; !ends; begins = false) {
      const auto left = block_bytes - bytes.size() % block_bytes;
      if (left < header_bytes) bytes.append(left, '\0');
      const auto room = block_bytes - bytes.size() % block_bytes - header_bytes;
      const auto length = std::min(room, record.size() - from);
      ends = from + length == record.size();
      put(static_cast<char>(begins ? (ends ? 1 : 2) : (ends ? 4 : 3)), record.substr(from, length));
      from += length;
    }
  }
};

record_file_check check(const std::string& bytes) {
  std::istringstream in(bytes);
  return check_records(in);
}

// Not chosen by the fuzzer, which could put whole records into records.
std::string noise(std::size_t size, std::uint32_t seed) {
  std::string out;
  for (std::uint32_t x = seed * 2654435761U + 1; out.size() < size;) {
    x ^= x << 13U;
    x ^= x >> 17U;
    x ^= x << 5U;
    out += static_cast<char>(x);
  }
  return out;
}

std::size_t number(fuzz::input& in) {
  const std::size_t high = in.byte();
  return high << 8U | in.byte();
}

// A whole file is whole, cut anywhere it is torn, and one wrong bit of a header is damage.
void make_and_change(fuzz::input& in) {
  const auto change = in.byte();
  const auto where = number(in);
  made_file file;
  while (!in.empty() && file.bytes.size() < file_bytes_max) {
    const auto length = number(in);
    file.add(noise(length, in.byte()));
  }
  const auto whole = check(file.bytes);
  require(!whole.damage && whole.records == file.records && whole.torn_bytes == 0);
  if (file.parts.empty()) return;
  if (change % 2 == 0) {
    const auto cut = check(file.bytes.substr(0, where % file.bytes.size()));
    require(!cut.damage && cut.records < file.records);
  } else {
    const auto part = file.parts[(change / 2) % file.parts.size()];
    const auto bit = where % (header_bytes * 8);
    file.bytes[part + bit / 8] = static_cast<char>(file.bytes[part + bit / 8] ^ (1 << (bit % 8)));
    require(check(file.bytes).damage.has_value());
  }
}

}  // namespace
}  // namespace lightstick::storage::rocks

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lightstick::fuzz::input in(data, size);
  if (in.byte() % 2 == 0) {
    (void)lightstick::storage::rocks::check(in.rest());
  } else {
    lightstick::storage::rocks::make_and_change(in);
  }
  return 0;
}
