#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// What a room's filters see of a text. Pure; the Unicode tables are ICU's.
namespace lightstick::actors::room {

/// The text as filters compare it: NFKC with case folded, what is not seen left out (zero-width characters among it), and
/// katakana written as hiragana. Code points; a text that is not UTF-8 gives U+FFFD where it is wrong.
[[nodiscard]] std::u32string folded(std::string_view utf8);

/// Whether it names a page: a scheme with "://", "www.", or a name that ends in a well-known domain.
/// REQUIRES: it is folded.
[[nodiscard]] bool has_link(std::u32string_view text) noexcept;

/// Finds words. One of a script that puts spaces between words (Latin, Cyrillic, Greek, ...) is found where it stands
/// alone, so that "ass" is not in "class"; in others (Hangul, kana, Han, Thai) it is found anywhere.
/// Bounds: the caller's, of the list. Not thread-safe to change; to ask, any thread.
class word_filter {
 public:
  word_filter() = default;
  /// Words that are empty when folded find nothing.
  explicit word_filter(const std::vector<std::string>& words);
  /// REQUIRES: it is folded.
  [[nodiscard]] bool finds(std::u32string_view text) const noexcept;
  [[nodiscard]] bool empty() const noexcept { return words_.empty(); }

 private:
  std::unordered_multimap<char32_t, std::u32string> words_;  ///< by their first code point
};

}  // namespace lightstick::actors::room
