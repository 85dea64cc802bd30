#include "actors/room/text_filter.hpp"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <array>
#include <utility>

namespace lightstick::actors::room {
namespace {

constexpr char32_t katakana_first = U'ァ';
constexpr char32_t katakana_last = U'ヶ';
constexpr char32_t katakana_to_hiragana = U'ァ' - U'ぁ';

std::u16string to_utf16(std::string_view utf8) {
  std::u16string out(utf8.size(), u'\0');  // never longer than its bytes
  std::int32_t length = 0;
  UErrorCode status = U_ZERO_ERROR;
  constexpr UChar32 replacement = 0xFFFD;
  u_strFromUTF8WithSub(out.data(), static_cast<std::int32_t>(out.size()), &length, utf8.data(),
                       static_cast<std::int32_t>(utf8.size()), replacement, nullptr, &status);
  out.resize(U_FAILURE(status) != 0 ? 0 : static_cast<std::size_t>(length));
  return out;
}

/// As it was when the tables say no: then nothing is folded, and nothing found that is not written so.
std::u16string casefolded(std::u16string text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* tables = unorm2_getNFKCCasefoldInstance(&status);
  if (U_FAILURE(status) != 0) return text;
  std::u16string out(2 * text.size(), u'\0');
  const auto fold = [&] {
    status = U_ZERO_ERROR;
    return unorm2_normalize(tables, text.data(), static_cast<std::int32_t>(text.size()), out.data(),
                            static_cast<std::int32_t>(out.size()), &status);
  };
  auto length = fold();
  if (status == U_BUFFER_OVERFLOW_ERROR) {
    out.resize(static_cast<std::size_t>(length));
    length = fold();
  }
  if (U_FAILURE(status) != 0) return text;
  out.resize(static_cast<std::size_t>(length));
  return out;
}

bool is_word_part(char32_t c) noexcept { return u_isalnum(static_cast<UChar32>(c)) != 0; }

/// Whether words of its script stand between spaces.
bool is_spaced(char32_t c) noexcept {
  if (!is_word_part(c)) return false;
  UErrorCode status = U_ZERO_ERROR;
  switch (uscript_getScript(static_cast<UChar32>(c), &status)) {
    case USCRIPT_HANGUL:
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR: return false;
    default: return true;
  }
}

/// Whether a word that begins or ends with `edge` may have `beside` next to it.
bool parted(char32_t edge, char32_t beside) noexcept { return !is_spaced(edge) || !is_spaced(beside); }

bool stands_alone(std::u32string_view text, std::size_t at, std::u32string_view word) noexcept {
  const auto end = at + word.size();
  return (at == 0 || parted(word.front(), text[at - 1])) && (end == text.size() || parted(word.back(), text[end]));
}

/// The length of a host name's last part from `at` on.
std::size_t letters_from(std::u32string_view text, std::size_t at) noexcept {
  const auto end = std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), is_word_part);
  return static_cast<std::size_t>(end - text.begin()) - at;
}

}  // namespace

std::u32string folded(std::string_view utf8) {
  const auto text = casefolded(to_utf16(utf8));
  std::u32string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    UChar32 c = 0;
    U16_NEXT(text.data(), i, text.size(), c);
    auto point = static_cast<char32_t>(c);
    if (point >= katakana_first && point <= katakana_last) point -= katakana_to_hiragana;
    out.push_back(point);
  }
  return out;
}

bool has_link(std::u32string_view text) noexcept {
  static constexpr std::array<std::u32string_view, 22> domains{
      U"com", U"net", U"org", U"info", U"biz", U"io", U"me", U"tv",  U"gg",  U"co",   U"ly",
      U"kr",  U"jp",  U"cn",  U"tw",   U"es",  U"mx", U"eu", U"app", U"xyz", U"shop", U"link"};
  if (text.find(U"://") != std::u32string_view::npos) return true;
  for (auto at = text.find(U'.'); at != std::u32string_view::npos; at = text.find(U'.', at + 1)) {
    if (at == 0 || !is_word_part(text[at - 1])) continue;
    const auto last = text.substr(at + 1, letters_from(text, at + 1));
    if (std::ranges::find(domains, last) != domains.end()) return true;
    constexpr std::u32string_view www = U"www";
    if (!last.empty() && at >= www.size() && text.substr(at - www.size(), www.size()) == www) return true;
  }
  return false;
}

word_filter::word_filter(const std::vector<std::string>& words) {
  for (const auto& each : words) {
    auto word = folded(each);
    if (!word.empty()) words_.emplace(word.front(), std::move(word));
  }
}

bool word_filter::finds(std::u32string_view text) const noexcept {
  for (std::size_t at = 0; at < text.size() && !words_.empty(); ++at) {
    const auto [begin, end] = words_.equal_range(text[at]);
    for (auto known = begin; known != end; ++known) {
      const auto& word = known->second;
      if (text.substr(at, word.size()) == word && stands_alone(text, at, word)) return true;
    }
  }
  return false;
}

}  // namespace lightstick::actors::room
