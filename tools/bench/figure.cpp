#include "tools/bench/figure.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "tools/text/table.hpp"

namespace lightstick::tools::bench {
namespace {

namespace wire = gateway::wire;

/// Three figures or so: more would claim a precision that is not there.
std::string number(double n) {
  std::array<char, 64> out{};
  const auto size = std::abs(n);
  const int decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  std::snprintf(out.data(), out.size(), "%.*f", size == 0 ? 0 : decimals, n);
  return out.data();
}

std::string text_of(const target& t) { return (t.where == target::side::at_most ? "<=" : ">=") + number(t.bound); }

std::size_t count(const std::vector<figure>& figures, std::string_view verdict) {
  return static_cast<std::size_t>(std::ranges::count(figures, verdict, &figure::verdict));
}

}  // namespace

std::string_view figure::verdict() const noexcept {
  if (!goal) return "";
  const bool good = goal->where == target::side::at_most ? measured <= goal->bound : measured >= goal->bound;
  return good ? "holds" : "falls short";
}

std::string to_text(const std::vector<figure>& figures) {
  using align = text::table::align;
  text::table t({{"WHAT"}, {"MEASURED", align::right}, {"UNIT"}, {"TARGET", align::right}, {"VERDICT"}, {"NOTE"}});
  for (const auto& f : figures) {
    t.add({f.what, number(f.measured), f.unit, f.goal ? text_of(*f.goal) : "-", f.goal ? std::string(f.verdict()) : "-",
           f.note});
  }
  return t.to_string() + std::to_string(count(figures, "holds")) + " hold, " +
         std::to_string(count(figures, "falls short")) + " fall short\n";
}

wire::value to_value(const std::vector<figure>& figures) {
  wire::array lines;
  for (const auto& f : figures) {
    wire::map line{{"what", wire::value(f.what)}, {"measured", wire::value(f.measured)}, {"unit", wire::value(f.unit)}};
    if (f.goal) {
      line.push_back({"target", wire::value(text_of(*f.goal))});
      line.push_back({"verdict", wire::value(f.verdict())});
    }
    if (!f.note.empty()) line.push_back({"note", wire::value(f.note)});
    lines.emplace_back(std::move(line));
  }
  return wire::value(wire::map{{"figures", wire::value(std::move(lines))},
                               {"holds", wire::value(std::uint64_t{count(figures, "holds")})},
                               {"falls_short", wire::value(std::uint64_t{count(figures, "falls short")})}});
}

double median(std::vector<double> values) {
  auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

double percentile(std::vector<double> values, double part) {
  const auto rank = static_cast<std::size_t>(std::ceil(part * static_cast<double>(values.size())));
  auto at = values.begin() + static_cast<std::ptrdiff_t>(std::clamp<std::size_t>(rank, 1, values.size()) - 1);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace lightstick::tools::bench
