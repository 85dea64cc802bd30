#include "tools/text/nearest.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace lightstick::tools::text {
namespace {

constexpr std::size_t word_bytes_max = 128;  // longer ones are no slip of the finger

/// Optimal string alignment distance: Levenshtein's, where swapping two neighbours counts once.
std::size_t distance(std::string_view a, std::string_view b) {
  std::array<std::vector<std::size_t>, 3> rows;
  for (auto& row : rows) row.resize(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& now = rows.at(i % 3);
    const auto& last = rows.at((i + 2) % 3);
    const auto& before = rows.at((i + 1) % 3);
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      auto same = a[i - 1] == b[j - 1] ? 0U : 1U;
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + same});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = std::min(now[j], before[j - 2] + 1);
    }
  }
  return rows.at(a.size() % 3)[b.size()];
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates) {
  if (word.empty() || word.size() > word_bytes_max) return std::nullopt;
  auto best = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::optional<std::string> found;
  for (const auto& candidate : candidates) {
    auto d = distance(word, candidate);
    if (d < best) {
      best = d;
      found = candidate;
    }
  }
  return found;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
  auto found = nearest(word, candidates);
  return found ? "; did you mean " + *found + "?" : "";
}

}  // namespace lightstick::tools::text
