#include "storage/rocks/record_file.hpp"

#include <array>
#include <bit>
#include <cstring>
#include <fstream>
#include <istream>

namespace lightstick::storage::rocks {
namespace {

constexpr std::size_t block_bytes = 32U << 10U;
constexpr std::size_t header_bytes = 7;  // checksum (4), length (2), type (1)
constexpr std::size_t type_at = 6;

/// The types that a log has whose files are neither recycled nor compressed, as ours.
enum record_kind : std::uint8_t { zero = 0, full = 1, first = 2, middle = 3, last = 4 };

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

std::uint32_t checksum_of(const char* record) { return little_endian(record, 4); }
std::size_t length_of(const char* record) { return little_endian(record + 4, 2); }

bool known(std::uint8_t kind) { return kind >= full && kind <= last; }

/// How the checksum is stored, so that a checksum of bytes that hold checksums is still a good one.
std::uint32_t masked(std::uint32_t crc) { return ((crc >> 15U) | (crc << 17U)) + 0xA282EAD8U; }

bool checksum_fits(const char* record, std::size_t length) {
  return masked(crc32c(0, record + type_at, 1 + length)) == checksum_of(record);
}

/// Where the zeros begin that go to the end; `size` when it ends in something else.
std::size_t zeros_from(const char* bytes, std::size_t size) {
  while (size > 0 && bytes[size - 1] == 0) --size;
  return size;
}

/// Whether a record that is whole begins somewhere from `at` on: then what is before it was not torn by a crash.
bool whole_record_in(const char* block, std::size_t at, std::size_t size) {
  for (; at + header_bytes <= size; ++at) {
    if (!known(static_cast<std::uint8_t>(block[at + type_at]))) continue;
    const auto length = length_of(block + at);
    if (at + header_bytes + length <= size && checksum_fits(block + at, length)) return true;
  }
  return false;
}

/// Whether a record that goes beyond the `size` bytes left of the file is whole under another length, which the
/// checksum does not cover: one that ends with the file or where only zeros follow, or differs in one bit.
bool whole_under_another_length(const char* record, std::size_t size) {
  const auto told = length_of(record);
  const auto content = zeros_from(record, size);
  const auto wanted = checksum_of(record);
  auto crc = crc32c(0, record + type_at, 1);
  for (std::size_t length = 0; header_bytes + length <= size; ++length) {
    if (length > 0) crc = crc32c(crc, record + header_bytes + length - 1, 1);
    if (masked(crc) != wanted) continue;
    if (header_bytes + length >= content || std::has_single_bit(length ^ told)) return true;
  }
  return false;
}

class checker {
 public:
  record_file_check run(std::istream& in) {
    std::array<char, block_bytes> block{};
    for (std::uint64_t at = 0; !out_.damage; at += block_bytes) {
      in.read(block.data(), block.size());
      auto size = static_cast<std::size_t>(in.gcount());
      if (size == 0 || in.bad()) break;
      check_block(block.data(), size, at);
      if (size < block.size()) break;
    }
    if (!out_.damage && in.bad()) out_.damage = "it cannot be read to its end";
    if (!out_.damage && open_bytes_ > 0) out_.torn_bytes += open_bytes_;
    return std::move(out_);
  }

 private:
  void check_block(const char* block, std::size_t size, std::uint64_t begin) {
    const bool ends_file = size < block_bytes;
    const auto content = zeros_from(block, size);
    if (only_zeros_may_follow_ && content > 0) return damaged(begin, "something follows zeros");
    std::size_t at = 0;
    while (size - at >= header_bytes) {
      const char* record = block + at;
      const auto kind = static_cast<std::uint8_t>(record[type_at]);
      const auto length = length_of(record);
      if (content <= at) return set_aside(begin + at);
      if (!known(kind)) return damaged(begin + at, "a record's type is none");
      if (at + header_bytes + length > size) {
        if (!ends_file || whole_record_in(block, at + 1, size) || whole_under_another_length(record, size - at)) {
          return damaged(begin + at, "a record's length does not fit");
        }
        out_.torn_bytes += size - at;
        return;
      }
      if (!checksum_fits(record, length)) return damaged(begin + at, "a record's checksum does not match");
      if (!count(kind, header_bytes + length)) return damaged(begin + at, "a record's parts are not in order");
      at += header_bytes + length;
    }
    if (ends_file) out_.torn_bytes += size - at;
  }

  /// Nothing but zeros to the end of the block: room that was never written to.
  void set_aside(std::uint64_t at) {
    only_zeros_may_follow_ = true;
    if (open_bytes_ > 0) damaged(at, "there are zeros instead of the rest of a record");
  }

  /// A record in parts counts when its last part is there. False: this is no part that can come now.
  [[nodiscard]] bool count(std::uint8_t kind, std::size_t bytes) {
    // A first part without content, at the end of a block, may be begun again in the next one.
    const bool begins = kind == full || kind == first;
    if (begins ? open_bytes_ > header_bytes : open_bytes_ == 0) return false;
    open_bytes_ = kind == first ? bytes : kind == middle ? open_bytes_ + bytes : 0;
    if (kind == full || kind == last) ++out_.records;
    return true;
  }

  void damaged(std::uint64_t at, const std::string& what) { out_.damage = what + " at byte " + std::to_string(at); }

  record_file_check out_;
  std::uint64_t open_bytes_ = 0;  ///< of a record whose last part has not come yet
  bool only_zeros_may_follow_ = false;
};

}  // namespace

std::uint32_t crc32c(std::uint32_t before, const char* bytes, std::size_t size) noexcept {
  std::uint32_t c = ~before;
  for (std::size_t i = 0; i < size; ++i) c = table[(c ^ static_cast<std::uint8_t>(bytes[i])) & 0xFFU] ^ (c >> 8U);
  return ~c;
}

record_file_check check_records(std::istream& in) { return checker().run(in); }

record_file_check check_record_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    record_file_check out;
    out.damage = "cannot be read: " + std::string(std::strerror(errno));
    return out;
  }
  return check_records(in);
}

}  // namespace lightstick::storage::rocks
