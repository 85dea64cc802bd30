#pragma once

#include <string>
#include <string_view>

#include "tests/support/value.hpp"

namespace lightstick::test {

/// What is wrong with `v` by a JSON Schema of an OpenAPI 3.1 document, with the place in it; empty when nothing is.
/// Knows the keywords that ours uses, and throws `std::runtime_error` at any other that says something.
[[nodiscard]] std::string against_schema(const value& document, const value& schema, const value& v,
                                         const std::string& place = "$");

/// `#/components/schemas/Room`. Throws when there is none.
[[nodiscard]] const value& referred(const value& document, std::string_view reference);

}  // namespace lightstick::test
