#include "tools/text/units.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <optional>
#include <span>

namespace lightstick::tools::text {
namespace {

struct unit {
  std::string_view name;
  std::uint64_t factor;
};
// From the smallest to the largest.
constexpr std::array<unit, 5> duration_units{
    {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
constexpr std::array<unit, 5> size_units{
    {{"B", 1}, {"KiB", 1ULL << 10U}, {"MiB", 1ULL << 20U}, {"GiB", 1ULL << 30U}, {"TiB", 1ULL << 40U}}};
constexpr double rate_max = 1e9;

enum class digits : std::uint8_t { ok, none, too_large };

/// Takes the digits that `text` begins with.
digits take_digits(std::string_view& text, std::uint64_t& value) {
  auto const* end = text.data() + text.size();
  auto [next, code] = std::from_chars(text.data(), end, value);
  if (code == std::errc::result_out_of_range) return digits::too_large;
  if (code != std::errc{}) return digits::none;
  text.remove_prefix(static_cast<std::size_t>(next - text.data()));
  return digits::ok;
}

/// `maximum` is of the result. `forms` ends the sentence of an error.
result<std::uint64_t> parse_quantity(std::string_view text, std::span<const unit> units, bool bare,
                                     std::uint64_t maximum, const char* forms) {
  auto rest = text;
  std::uint64_t count = 0;
  auto wrong = [&](const char* what) {
    return fail(errc::invalid, "\"" + std::string(text) + "\" " + what + "; " + forms);
  };
  switch (take_digits(rest, count)) {
    case digits::too_large: return wrong("is too large");
    case digits::none: return wrong("does not begin with a whole number");
    case digits::ok: break;
  }
  if (rest.empty() && (bare || count == 0)) rest = units.front().name;
  for (const auto& u : units) {
    if (u.name != rest) continue;
    if (count > maximum / u.factor) return wrong("is too large");
    return count * u.factor;
  }
  return wrong(rest.empty() ? "has no unit" : "has an unknown unit");
}

std::string format_quantity(std::uint64_t value, std::span<const unit> units) {
  auto best = units.front();
  for (const auto& u : units) {
    if (value != 0 && value % u.factor == 0) best = u;
  }
  return std::to_string(value / best.factor) + std::string(best.name);
}

/// The shortest text that reads back as the same number.
std::string format_double(double value) {
  std::array<char, 32> buffer{};
  auto [end, code] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
  return code == std::errc{} ? std::string(buffer.data(), end) : std::to_string(value);
}

std::optional<double> take_double(std::string_view& text) {
  double value = 0;
  auto [next, code] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (code != std::errc{} || !std::isfinite(value) || value < 0 || value > rate_max) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(next - text.data()));
  return value;
}

void skip_spaces(std::string_view& text) { text.remove_prefix(std::min(text.find_first_not_of(' '), text.size())); }

}  // namespace

result<std::uint64_t> parse_number(std::string_view text) {
  auto rest = text;
  std::uint64_t value = 0;
  auto taken = take_digits(rest, value);
  if (taken == digits::too_large) return fail(errc::invalid, "\"" + std::string(text) + "\" is too large");
  if (taken == digits::none || !rest.empty()) {
    return fail(errc::invalid, "\"" + std::string(text) + "\" is not a whole number");
  }
  return value;
}

result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  auto maximum = static_cast<std::uint64_t>(std::chrono::milliseconds{std::chrono::hours{24 * 36'500}}.count());
  auto ms = parse_quantity(text, duration_units, false, maximum, "write a duration as 500ms, 25s, 5m, 12h or 7d");
  if (!ms) return fail(std::move(ms.error()));
  return std::chrono::milliseconds{static_cast<std::int64_t>(*ms)};
}

std::string format_duration(std::chrono::milliseconds d) {
  return format_quantity(static_cast<std::uint64_t>(std::max<std::int64_t>(0, d.count())), duration_units);
}

result<std::uint64_t> parse_size(std::string_view text) {
  return parse_quantity(text, size_units, true, std::numeric_limits<std::int64_t>::max(),
                        "write a size as 65536, 64KiB, 1MiB or 2GiB");
}

std::string format_size(std::uint64_t bytes) { return format_quantity(bytes, size_units); }

result<rate_limit> parse_rate(std::string_view text) {
  if (text == "unlimited") return rate_limit{};
  auto wrong = [&] {
    return fail(errc::invalid, "\"" + std::string(text) +
                                   "\" is not a rate; write \"5/s burst 20\" (both above 0, burst at least 1) or "
                                   "\"unlimited\"");
  };
  auto rest = text;
  auto per_second = take_double(rest);
  if (!per_second || *per_second <= 0 || !rest.starts_with("/s")) return wrong();
  rest.remove_prefix(2);
  if (rest.empty()) return rate_limit{*per_second, std::max(1.0, *per_second)};
  if (!rest.starts_with(' ')) return wrong();
  skip_spaces(rest);
  if (!rest.starts_with("burst ")) return wrong();
  rest.remove_prefix(6);
  skip_spaces(rest);
  auto burst = take_double(rest);
  if (!burst || *burst < 1 || !rest.empty()) return wrong();
  return rate_limit{*per_second, *burst};
}

std::string format_rate(const rate_limit& r) {
  if (r.per_second <= 0) return "unlimited";
  return format_double(r.per_second) + "/s burst " + format_double(r.burst);
}

std::string human_duration(std::chrono::milliseconds d) {
  auto ms = d.count();
  if (ms < 1'000) return std::to_string(std::max<std::int64_t>(0, ms)) + "ms";
  auto s = ms / 1'000;
  if (s < 60) return std::to_string(s) + "s";
  if (s < 3'600) return std::to_string(s / 60) + "m" + std::to_string(s % 60) + "s";
  if (s < 86'400) return std::to_string(s / 3'600) + "h" + std::to_string(s % 3'600 / 60) + "m";
  return std::to_string(s / 86'400) + "d" + std::to_string(s % 86'400 / 3'600) + "h";
}

std::string human_size(std::uint64_t bytes) {
  auto best = size_units.front();
  for (const auto& u : size_units) {
    if (bytes >= u.factor) best = u;
  }
  if (best.factor == 1) return std::to_string(bytes) + "B";
  std::array<char, 32> buffer{};
  auto written = std::snprintf(buffer.data(), buffer.size(), "%.1f%.*s",
                               static_cast<double>(bytes) / static_cast<double>(best.factor),
                               static_cast<int>(best.name.size()), best.name.data());
  return {buffer.data(), static_cast<std::size_t>(written)};
}

}  // namespace lightstick::tools::text
