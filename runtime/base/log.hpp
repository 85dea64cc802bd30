#pragma once

#include <atomic>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "runtime/base/result.hpp"

/// Structured logging: one line an event, `key=value` fields, to standard error.
///
/// Thread: any. What is never logged: a token, a secret, and (below level debug) what a fan wrote.
/// Bound: each call site writes at most `per_site_per_second` lines a second; what is beyond is counted and the
/// next line of that site says how many were left out (`suppressed=N`).
namespace lightstick::log {

enum class level : std::uint8_t { trace, debug, info, warn, error, off };

/// The folders that log. Each has its own level.
enum class area : std::uint8_t { base, runtime, storage, cluster, actors, gateway, tools };
inline constexpr std::size_t area_count = 7;
inline constexpr std::uint32_t per_site_per_second = 20;

/// One `key=value`. Values are quoted and escaped when they need it (control characters never reach the line).
class field {
 public:
  field(std::string_view key, std::string_view value) : key_(key), value_(value) {}
  field(std::string_view key, const char* value) : key_(key), value_(value) {}
  field(std::string_view key, const std::string& value) : key_(key), value_(value) {}
  field(std::string_view key, bool value) : key_(key), value_(value ? "true" : "false") {}
  field(std::string_view key, double value);
  template <std::integral T>
  field(std::string_view key, T value) : key_(key), value_(std::to_string(value)) {}
  field(std::string_view key, const lightstick::error& value) : key_(key), value_(value.to_string()) {}
  [[nodiscard]] std::string_view key() const noexcept { return key_; }
  [[nodiscard]] const std::string& value() const noexcept { return value_; }

 private:
  std::string_view key_;
  std::string value_;
};

/// "info" -> level::info. Errors: errc::invalid, naming the choices.
[[nodiscard]] result<level> parse_level(std::string_view name);
/// "gateway" -> area::gateway. Errors: errc::invalid, naming the choices.
[[nodiscard]] result<area> parse_area(std::string_view name);

void set_level(level l) noexcept;
void set_level(area a, level l) noexcept;
[[nodiscard]] bool enabled(area a, level l) noexcept;

/// The limiter of one call site. Thread-safe.
class site {
 public:
  /// True when this line may be written; `suppressed` is then how many were not since the last one.
  [[nodiscard]] bool admit(std::chrono::steady_clock::time_point now, std::uint64_t& suppressed) noexcept;

 private:
  std::atomic<std::int64_t> second_{-1};
  std::atomic<std::uint32_t> written_{0};
  std::atomic<std::uint64_t> suppressed_{0};
};

/// Use through the macro below.
void write(site& s, area a, level l, std::string_view message, std::initializer_list<field> fields);

/// While it lives, lines of this thread carry `trace=<16 hex digits>`; 0 adds nothing. They nest.
class trace_scope {
 public:
  explicit trace_scope(std::uint64_t trace) noexcept;
  ~trace_scope();
  trace_scope(const trace_scope&) = delete;
  trace_scope& operator=(const trace_scope&) = delete;

 private:
  std::uint64_t before_;
};

/// Where lines go instead of standard error, for tests. Empty puts it back. Not thread-safe with writers.
void set_sink(void (*sink)(std::string_view line));

}  // namespace lightstick::log

/// LS_LOG(gateway, warn, "connection refused", {"addr", addr}, {"limit", 10000});
/// The fields are not evaluated when the level is off.
#define LS_LOG(area_, level_, message_, ...)                                                                  \
  do {                                                                                                        \
    if (::lightstick::log::enabled(::lightstick::log::area::area_, ::lightstick::log::level::level_)) {       \
      static ::lightstick::log::site ls_log_site;                                                             \
      ::lightstick::log::write(ls_log_site, ::lightstick::log::area::area_, ::lightstick::log::level::level_, \
                               message_, {__VA_ARGS__});                                                      \
    }                                                                                                         \
  } while (false)
