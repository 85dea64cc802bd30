#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "tools/config/option.hpp"
#include "tools/text/units.hpp"

/// How the table of options is written. `At` finds the field: `auto& at(auto& node_config)`.
namespace lightstick::tools::config {

/// The error of every refused value: `must be ALLOWED, not "TEXT" (WHY)`.
[[nodiscard]] tl::unexpected<error> refuse(std::string_view allowed, std::string_view text, std::string_view why = {});

/// `parse(text) -> result<Value>`, `format(Value) -> std::string`; both beside `at`'s field.
template <class At, class Parse, class Format>
[[nodiscard]] option make_option(std::string name, form written_as, std::string placeholder, std::string allowed,
                                 std::string help, At at, Parse parse, Format format) {
  option o;
  o.name = std::move(name);
  o.placeholder = std::move(placeholder);
  o.help = std::move(help);
  o.allowed = allowed;
  o.written_as = written_as;
  o.set = [at, parse, allowed](node_config& c, std::span<const std::string> texts) -> result<void> {
    if (texts.size() != 1) return fail(errc::invalid, "takes one value, not " + std::to_string(texts.size()));
    auto value = parse(texts.front());
    if (!value) return refuse(allowed, texts.front(), value.error().detail);
    at(c) = std::move(*value);
    return {};
  };
  o.get = [at, format](const node_config& c) { return std::vector<std::string>{format(at(c))}; };
  return o;
}

template <class At>
[[nodiscard]] option flag(std::string name, std::string help, At at) {
  return make_option(
      std::move(name), form::flag, "", "true or false", std::move(help), at,
      [](const std::string& text) -> result<bool> {
        if (text == "true" || text == "false") return text == "true";
        return fail(errc::invalid);
      },
      [](bool value) -> std::string { return value ? "true" : "false"; });
}

/// `min` and `max` inclusive.
template <class At>
[[nodiscard]] option number(std::string name, std::string help, At at, std::uint64_t min, std::uint64_t max) {
  using value_type = std::remove_cvref_t<decltype(at(std::declval<node_config&>()))>;
  return make_option(
      std::move(name), form::number, "NUMBER", "a number from " + std::to_string(min) + " to " + std::to_string(max),
      std::move(help), at,
      [min, max](const std::string& text) -> result<value_type> {
        auto value = text::parse_number(text);
        if (!value || *value < min || *value > max) return fail(errc::invalid);
        return static_cast<value_type>(*value);
      },
      [](value_type value) { return std::to_string(value); });
}

/// Bytes; `min` and `max` inclusive.
template <class At>
[[nodiscard]] option size(std::string name, std::string help, At at, std::uint64_t min, std::uint64_t max) {
  using value_type = std::remove_cvref_t<decltype(at(std::declval<node_config&>()))>;
  return make_option(
      std::move(name), form::size, "SIZE", "a size from " + text::format_size(min) + " to " + text::format_size(max),
      std::move(help), at,
      [min, max](const std::string& text) -> result<value_type> {
        auto value = text::parse_size(text);
        if (!value) return fail(std::move(value.error()));
        if (*value < min || *value > max) return fail(errc::invalid);
        return static_cast<value_type>(*value);
      },
      [](value_type value) { return text::format_size(value); });
}

/// The field is any duration no finer than milliseconds; a value that it cannot hold exactly is refused.
template <class At>
[[nodiscard]] option duration(std::string name, std::string help, At at, std::chrono::milliseconds min,
                              std::chrono::milliseconds max) {
  using value_type = std::remove_cvref_t<decltype(at(std::declval<node_config&>()))>;
  return make_option(
      std::move(name), form::duration, "DURATION",
      "a duration from " + text::format_duration(min) + " to " + text::format_duration(max), std::move(help), at,
      [min, max](const std::string& text) -> result<value_type> {
        auto value = text::parse_duration(text);
        if (!value) return fail(std::move(value.error()));
        if (*value < min || *value > max) return fail(errc::invalid);
        auto kept = std::chrono::duration_cast<value_type>(*value);
        if (kept != *value) return fail(errc::invalid, "whole seconds only");
        return kept;
      },
      [](value_type value) { return text::format_duration(value); });
}

template <class At>
[[nodiscard]] option rate(std::string name, std::string help, At at) {
  return make_option(
      std::move(name), form::rate, "RATE", R"(a rate as "5/s burst 20", or "unlimited")", std::move(help), at,
      [](const std::string& text) -> result<rate_limit> {
        auto value = text::parse_rate(text);
        if (!value) return fail(errc::invalid);
        return value;
      },
      [](const rate_limit& value) { return text::format_rate(value); });
}

/// One of a few names. `choices` in the order of the documentation.
template <class At, class Value>
[[nodiscard]] option choice(std::string name, std::string help, At at,
                            std::vector<std::pair<std::string, Value>> choices) {
  std::string allowed = "one of ";
  for (const auto& [text, value] : choices) allowed += (text == choices.front().first ? "" : ", ") + text;
  return make_option(
      std::move(name), form::text, "NAME", std::move(allowed), std::move(help), at,
      [choices](const std::string& text) -> result<Value> {
        for (const auto& [known, value] : choices) {
          if (known == text) return value;
        }
        return fail(errc::invalid);
      },
      [choices](const Value& wanted) -> std::string {
        for (const auto& [text, value] : choices) {
          if (value == wanted) return text;
        }
        return {};
      });
}

/// Any text that `check` (std::string -> result<void>) lets pass.
template <class At, class Check>
[[nodiscard]] option text_value(std::string name, std::string placeholder, std::string allowed, std::string help, At at,
                                Check check) {
  return make_option(
      std::move(name), form::text, std::move(placeholder), std::move(allowed), std::move(help), at,
      [check](const std::string& text) -> result<std::string> {
        auto checked = check(text);
        if (!checked) return fail(std::move(checked.error()));
        return text;
      },
      [](const std::string& value) { return value; });
}

/// At most `count_max` texts that `check` lets pass each.
template <class At, class Check>
[[nodiscard]] option list(std::string name, std::string placeholder, std::string allowed, std::string help, At at,
                          std::size_t count_max, Check check) {
  option o;
  o.name = std::move(name);
  o.placeholder = std::move(placeholder);
  o.help = std::move(help);
  o.allowed = "a list of " + allowed + ", at most " + std::to_string(count_max);
  o.written_as = form::list;
  o.set = [at, check, allowed, count_max](node_config& c, std::span<const std::string> texts) -> result<void> {
    if (texts.size() > count_max) {
      return fail(errc::invalid,
                  "takes at most " + std::to_string(count_max) + " values, not " + std::to_string(texts.size()));
    }
    for (const auto& text : texts) {
      result<void> checked = check(text);
      if (!checked) return refuse(allowed, text, checked.error().detail);
    }
    at(c) = std::vector<std::string>(texts.begin(), texts.end());
    return {};
  };
  o.get = [at](const node_config& c) { return at(c); };
  return o;
}

/// The option also sets a second field, which has the same type as its own.
template <class From, class To>
[[nodiscard]] option also(option o, From from, To to) {
  o.set = [set = std::move(o.set), from, to](node_config& c, std::span<const std::string> texts) -> result<void> {
    auto done = set(c, texts);
    if (done) to(c) = from(c);
    return done;
  };
  return o;
}

/// No node starts without it, and there is no default: an empty field counts as not given.
[[nodiscard]] inline option required(option o) {
  o.required = true;
  o.get = [get = std::move(o.get)](const node_config& c) {
    auto texts = get(c);
    if (texts.size() == 1 && texts.front().empty()) texts.clear();
    return texts;
  };
  return o;
}

}  // namespace lightstick::tools::config
