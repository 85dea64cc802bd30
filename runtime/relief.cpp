#include "runtime/relief.hpp"

#include <algorithm>
#include <bit>
#include <tuple>

namespace lightstick::runtime {
namespace {

std::int64_t idleness(const relief::candidate& c) {
  const auto s = std::chrono::duration_cast<std::chrono::seconds>(c.idle).count();
  return static_cast<std::int64_t>(std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(s, 0))));
}

}  // namespace

std::vector<cell_ptr> relief::choose(std::vector<candidate> from, need what, std::size_t chosen_max) {
  std::ranges::sort(from, [](const candidate& a, const candidate& b) {
    return std::tuple(idleness(a), a.bytes, a.idle) > std::tuple(idleness(b), b.bytes, b.idle);
  });
  std::vector<cell_ptr> out;
  std::uint64_t bytes = 0;
  for (auto& c : from) {
    if (out.size() >= chosen_max || (out.size() >= what.actors && bytes >= what.bytes)) break;
    bytes += c.bytes;
    out.push_back(std::move(c.who));
  }
  return out;
}

relief::need relief::over(std::size_t actors, std::size_t actors_max, std::uint64_t bytes, std::uint64_t bytes_max) {
  need out;
  if (actors > actors_max - actors_max / 20) out.actors = actors - (actors_max - actors_max / 10);
  if (bytes > bytes_max - bytes_max / 20) out.bytes = bytes - (bytes_max - bytes_max / 10);
  return out;
}

}  // namespace lightstick::runtime
