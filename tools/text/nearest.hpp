#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace lightstick::tools::text {

/// The candidate that `word` was probably meant to be: the fewest letters to insert, remove, replace or swap, and
/// at most a third of the word's. Empty when none is near. Pure.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

/// "; did you mean X?" or nothing, to end the sentence of an error with.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

}  // namespace lightstick::tools::text
