#include "tools/text/table.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace lightstick::tools::text {
namespace {

using range = std::pair<char32_t, char32_t>;

// The blocks of Unicode that terminals draw two columns wide, as far as names of fans and rooms need it.
constexpr std::array<range, 10> wide{{{0x1100, 0x115F},
                                      {0x2E80, 0x303E},
                                      {0x3041, 0xA4CF},
                                      {0xAC00, 0xD7A3},
                                      {0xF900, 0xFAFF},
                                      {0xFE30, 0xFE6F},
                                      {0xFF00, 0xFF60},
                                      {0xFFE0, 0xFFE6},
                                      {0x1F300, 0x1FAFF},
                                      {0x20000, 0x3FFFD}}};
// Combining marks, joiners, direction marks and variation selectors: no column of their own.
constexpr std::array<range, 6> zero{
    {{0x0300, 0x036F}, {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x2069}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}}};

template <std::size_t N>
bool within(char32_t c, const std::array<range, N>& ranges) {
  return std::any_of(ranges.begin(), ranges.end(), [c](range r) { return r.first <= c && c <= r.second; });
}

/// One code point and its bytes; a byte that is no UTF-8 counts as one character of its own.
struct character {
  char32_t code;
  std::size_t bytes;
};

character decode(std::string_view text) {
  auto lead = static_cast<unsigned char>(text.front());
  std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  if (bytes == 1) return {lead < 0x80 ? lead : U'\uFFFD', 1};
  if (bytes > text.size()) return {U'\uFFFD', 1};
  char32_t code = lead & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0U) != 0x80) return {U'\uFFFD', 1};
    code = (code << 6U) | (next & 0x3FU);
  }
  return {code, bytes};
}

bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

std::size_t display_width(std::string_view utf8) noexcept {
  std::size_t width = 0;
  while (!utf8.empty()) {
    auto c = decode(utf8);
    utf8.remove_prefix(c.bytes);
    if (!within(c.code, zero)) width += within(c.code, wide) ? 2 : 1;
  }
  return width;
}

std::string printable(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  while (!utf8.empty()) {
    auto c = decode(utf8);
    if (is_control(c.code) || c.code == U'\uFFFD') {
      out += '?';
    } else {
      out += utf8.substr(0, c.bytes);
    }
    utf8.remove_prefix(c.bytes);
  }
  return out;
}

void table::add(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (auto& cell : cells) cell = cell.empty() ? "-" : printable(cell);
  rows_.push_back(std::move(cells));
}

std::string table::to_string() const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    auto width = display_width(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, display_width(row[i]));
    widths.push_back(width);
  }
  std::string out;
  auto line = [&](auto cell_of) {
    std::string text;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::string& cell = cell_of(i);
      std::string blanks(widths[i] - display_width(cell), ' ');
      if (i > 0) text += "  ";
      text += columns_[i].side == align::right ? blanks + cell : cell + blanks;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  };
  line([&](std::size_t i) -> const std::string& { return columns_[i].title; });
  for (const auto& row : rows_) {
    line([&](std::size_t i) -> const std::string& { return row[i]; });
  }
  return out;
}

}  // namespace lightstick::tools::text
