#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <system_error>
#include <tl/expected.hpp>
#include <utility>

namespace lightstick {

/// What a caller can do about an error, whichever folder it came from. Every `errc` of every folder
/// maps to exactly one of these (compare with `error.is(condition::retryable)`).
enum class condition : std::uint8_t {
  retryable = 1,  ///< did not happen: ask again later
  not_found,      ///< the named thing does not exist
  overloaded,     ///< a bound was reached: back off, then ask again
  not_owner,      ///< another node owns the partition
  corrupt,        ///< stored bytes are damaged: never served, needs an operator
  invalid,        ///< the request is wrong: asking again does not help
  denied,         ///< the caller may not do this
  unknown,        ///< it may have happened or not: ask again only what does the same when done twice
};

[[nodiscard]] const std::error_category& condition_category() noexcept;
[[nodiscard]] std::error_condition make_error_condition(condition c) noexcept;

/// Errors that belong to no folder in particular.
enum class errc : std::uint8_t {
  unavailable = 1,  ///< it cannot be had now (retryable)
  timed_out,        ///< the deadline passed without an answer (unknown)
  stopping,         ///< the node is shutting down (retryable)
  overloaded,       ///< a queue is full (overloaded)
  not_found,        ///< no such thing (not_found)
  invalid,          ///< malformed or impossible (invalid)
  denied,           ///< not allowed (denied)
  corrupt,          ///< damaged bytes (corrupt)
  unknown_outcome,  ///< it was under way when it was cut short (unknown)
  expired,          ///< the deadline passed before anything was done (retryable)
  set_aside,        ///< it made its actor fail again and again, and waits for an operator (invalid)
};

[[nodiscard]] const std::error_category& base_category() noexcept;
[[nodiscard]] std::error_code make_error_code(errc e) noexcept;

/// A code to switch on, and a sentence for a person that says what was being done to what.
struct error {
  std::error_code code;
  std::string detail;
  std::chrono::milliseconds retry_after{0};  ///< a hint, of `overloaded` mostly; 0 = none

  /// Asking again later may help, whether or not the first one happened.
  [[nodiscard]] bool is_transient() const noexcept { return is(condition::retryable) || is(condition::unknown); }
  [[nodiscard]] bool is(condition c) const noexcept { return code == make_error_condition(c); }
  /// "detail: message of the code", or the code's message alone.
  [[nodiscard]] std::string to_string() const;
};

template <class T>
using result = tl::expected<T, error>;

/// `return fail(errc::invalid, "name is empty");` from any function returning `result<T>`.
template <class Errc>
[[nodiscard]] tl::unexpected<error> fail(Errc code, std::string detail = {}) {
  return tl::unexpected<error>(error{make_error_code(code), std::move(detail)});
}

/// Passes another call's error on: `if (!r) return fail(std::move(r.error()));`
[[nodiscard]] inline tl::unexpected<error> fail(error e) { return tl::unexpected<error>(std::move(e)); }

}  // namespace lightstick

template <>
struct std::is_error_condition_enum<lightstick::condition> : std::true_type {};
template <>
struct std::is_error_code_enum<lightstick::errc> : std::true_type {};
