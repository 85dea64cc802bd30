#include "storage/rocks/record_file.hpp"

#include <array>
#include <cstring>
#include <fstream>

namespace lightstick::storage::rocks {
namespace {

constexpr std::size_t block_bytes = 32U << 10U;
constexpr std::size_t header_bytes = 7;             // checksum (4), length (2), type (1)
constexpr std::size_t recyclable_header_bytes = 11; // and the number of the log (4)
constexpr std::size_t type_at = 6;

enum record_kind : std::uint8_t {
  zero = 0,
  full = 1,
  first = 2,
  middle = 3,
  last = 4,
  recyclable_full = 5,
  recyclable_last = 8,
  compression = 9
};

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t n = 0; n < 256; ++n) {
    std::uint32_t c = n;
    for (int bit = 0; bit < 8; ++bit) c = (c & 1U) != 0 ? (c >> 1U) ^ 0x82F63B78U : c >> 1U;
    table.at(n) = c;
  }
  return table;
}
constexpr auto table = make_table();

std::uint32_t little_endian(const char* from, int bytes) {
  std::uint32_t n = 0;
  for (int i = bytes; i-- > 0;) n = (n << 8U) | static_cast<std::uint8_t>(from[i]);
  return n;
}

std::size_t header_of(std::uint8_t kind) {
  return kind >= recyclable_full && kind <= recyclable_last ? recyclable_header_bytes : header_bytes;
}

/// How the checksum is stored, so that a checksum of bytes that hold checksums is still a good one.
std::uint32_t masked(std::uint32_t crc) { return ((crc >> 15U) | (crc << 17U)) + 0xA282EAD8U; }

bool checksum_fits(const char* record, std::size_t bytes) {
  return masked(crc32c(0, record + type_at, bytes - type_at)) == little_endian(record, 4);
}

/// Whether a record that is whole begins somewhere from `at` on: then what is before it was not torn by a crash.
bool whole_record_in(const char* block, std::size_t at, std::size_t size) {
  for (; at + header_bytes <= size; ++at) {
    const auto kind = static_cast<std::uint8_t>(block[at + type_at]);
    if (kind == zero || kind > recyclable_last) continue;
    const auto bytes = header_of(kind) + little_endian(block + at + 4, 2);
    if (at + bytes <= size && checksum_fits(block + at, bytes)) return true;
  }
  return false;
}

class checker {
 public:
  record_file_check run(std::ifstream& in) {
    std::array<char, block_bytes> block{};
    for (std::uint64_t at = 0; !out_.damage; at += block_bytes) {
      in.read(block.data(), block.size());
      auto size = static_cast<std::size_t>(in.gcount());
      if (size == 0) break;
      check_block(block.data(), size, at);
      if (size < block.size()) break;
    }
    if (!out_.damage && open_bytes_ > 0) out_.torn_bytes += open_bytes_;
    return std::move(out_);
  }

 private:
  void check_block(const char* block, std::size_t size, std::uint64_t begin) {
    const bool ends_file = size < block_bytes;
    std::size_t at = 0;
    while (size - at >= header_bytes && !out_.damage) {
      const char* record = block + at;
      const auto kind = static_cast<std::uint8_t>(record[type_at]);
      const auto header = header_of(kind);
      const std::size_t length = little_endian(record + 4, 2);
      if (kind == zero && length == 0) return;  // room that was set aside
      if (at + header + length > size) {
        if (!ends_file || whole_record_in(block, at + 1, size)) {
          return damaged(begin + at, "a record's length does not fit");
        }
        out_.torn_bytes += size - at;
        return;
      }
      if (!checksum_fits(record, header + length)) {
        return damaged(begin + at, "a record's checksum does not match");
      }
      count(kind, header + length);
      at += header + length;
    }
    if (ends_file && !out_.damage) out_.torn_bytes += size - at;
  }

  /// A record in parts counts when its last part is there.
  void count(std::uint8_t kind, std::size_t bytes) {
    const auto part = kind >= recyclable_full && kind <= recyclable_last ? kind - recyclable_full + full : kind;
    if (part == first || part == middle) {
      open_bytes_ += bytes;
      return;
    }
    open_bytes_ = 0;
    if (part != compression) ++out_.records;
  }

  void damaged(std::uint64_t at, const std::string& what) { out_.damage = what + " at byte " + std::to_string(at); }

  record_file_check out_;
  std::uint64_t open_bytes_ = 0;  ///< of a record whose last part has not come yet
};

}  // namespace

std::uint32_t crc32c(std::uint32_t before, const char* bytes, std::size_t size) noexcept {
  std::uint32_t c = ~before;
  for (std::size_t i = 0; i < size; ++i) c = table[(c ^ static_cast<std::uint8_t>(bytes[i])) & 0xFFU] ^ (c >> 8U);
  return ~c;
}

record_file_check check_record_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    record_file_check out;
    out.damage = "cannot be read: " + std::string(std::strerror(errno));
    return out;
  }
  return checker().run(in);
}

}  // namespace lightstick::storage::rocks
