#define XXH_INLINE_ALL
#include <xxhash.h>

#include <optional>

#include "storage/bytes.hpp"
#include "tests/sim/disk/engine.hpp"

namespace lightstick::sim {
namespace {

using storage::get_big_endian;
using storage::put_big_endian;
using storage::write_op;

constexpr std::size_t head_bytes = 12;

void put_change(std::string& to, write_op::kind what, storage::family f, std::string_view key, std::string_view value) {
  to.push_back(static_cast<char>(what));
  to.push_back(static_cast<char>(f));
  put_big_endian(to, static_cast<std::uint32_t>(key.size()));
  to += key;
  put_big_endian(to, static_cast<std::uint32_t>(value.size()));
  to += value;
}

std::uint64_t checksum_of(std::string_view body, std::size_t place) {
  return XXH3_64bits_withSeed(body.data(), body.size(), place);
}

std::string frame_of(std::string_view body, std::size_t place) {
  std::string out;
  out.reserve(head_bytes + body.size());
  put_big_endian(out, static_cast<std::uint32_t>(body.size()));
  put_big_endian(out, checksum_of(body, place));
  return out += body;
}

/// The next frame's body, or nothing at the end of what counts.
std::optional<std::string_view> next_body(std::string_view bytes, std::size_t place) {
  auto rest = bytes.substr(place);
  if (rest.size() < head_bytes) return std::nullopt;
  auto size = get_big_endian<std::uint32_t>(rest);
  auto sum = get_big_endian<std::uint64_t>(rest.substr(4));
  rest.remove_prefix(head_bytes);
  if (size == 0 || rest.size() < size) return std::nullopt;
  rest = rest.substr(0, size);
  if (checksum_of(rest, place) != sum) return std::nullopt;
  return rest;
}

/// REQUIRES: `body` is of a frame that matched its checksum, so that it is what `put_change` made.
void apply(std::string_view body, tables& to) {
  auto take = [&](std::size_t n) {
    auto out = body.substr(0, n);
    body.remove_prefix(n);
    return out;
  };
  while (!body.empty()) {
    auto what = static_cast<write_op::kind>(take(1).front());
    auto& table = to.at(static_cast<std::uint8_t>(take(1).front()));
    std::string key(take(get_big_endian<std::uint32_t>(take(4))));
    auto value = take(get_big_endian<std::uint32_t>(take(4)));
    if (what == write_op::kind::put) {
      table.insert_or_assign(table.end(), std::move(key), std::string(value));  // in order, when it is a whole table
    } else {
      table.erase(key);
    }
  }
}

}  // namespace

std::string encode_frame(std::span<const std::vector<write_op>> batches, std::size_t place) {
  std::string body;
  for (const auto& ops : batches) {
    for (const auto& op : ops) put_change(body, op.what, op.family, op.key, op.value);
  }
  return body.empty() ? body : frame_of(body, place);
}

std::string encode_tables(const tables& t) {
  std::string body;
  for (std::size_t f = 0; f < t.size(); ++f) {
    for (const auto& [key, value] : t.at(f)) {
      put_change(body, write_op::kind::put, static_cast<storage::family>(f), key, value);
    }
  }
  return body.empty() ? body : frame_of(body, 0);
}

decoded_log decode_log(std::string_view bytes) {
  decoded_log out;
  while (auto body = next_body(bytes, out.whole_bytes)) {
    apply(*body, out.contents);
    out.whole_bytes += head_bytes + body->size();
  }
  return out;
}

}  // namespace lightstick::sim
