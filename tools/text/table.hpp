#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lightstick::tools::text {

/// Rows and columns for a terminal: columns two spaces apart, as wide as their widest cell, no blanks at the end of
/// a line, so that `awk` and `cut` can take it apart as long as cells hold no blanks.
class table {
 public:
  enum class align : unsigned char { left, right };
  struct column {
    std::string title;
    align side = align::left;
  };

  explicit table(std::vector<column> columns) : columns_(std::move(columns)) {}

  /// Missing cells are shown as "-". Control characters are shown as "?": they may come from a fan.
  void add(std::vector<std::string> cells);
  [[nodiscard]] std::size_t rows() const noexcept { return rows_.size(); }
  [[nodiscard]] std::string to_string() const;

 private:
  std::vector<column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// Columns that `text` takes on a terminal: East Asian wide characters and emoji take two, combining marks none.
[[nodiscard]] std::size_t display_width(std::string_view utf8) noexcept;

/// `text` without control characters (each "?"), so that nothing that a fan chose can command a terminal.
[[nodiscard]] std::string printable(std::string_view utf8);

}  // namespace lightstick::tools::text
