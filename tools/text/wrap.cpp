#include "tools/text/wrap.hpp"

#include <algorithm>

namespace lightstick::tools::text {

std::vector<std::string> wrap(std::string_view text, std::size_t columns) {
  std::vector<std::string> lines;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (text.empty()) return lines;
    auto word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    if (lines.empty() || lines.back().size() + 1 + word.size() > columns) {
      lines.emplace_back(word);
    } else {
      lines.back().append(" ").append(word);
    }
  }
}

}  // namespace lightstick::tools::text
