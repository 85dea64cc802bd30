#pragma once

#include <string>
#include <string_view>

#include "runtime/base/result.hpp"

/// The admin calls' answers (JSON) as tables for people. Pure. Errors: invalid when the JSON is of another shape, as
/// from a node of another version. Keys that a view does not know are left out of tables and shown by `inspect`.
namespace lightstick::tools {

[[nodiscard]] result<std::string> show_actors(std::string_view json);
[[nodiscard]] result<std::string> show_connections(std::string_view json);
/// One actor: its names and values, then its state's.
[[nodiscard]] result<std::string> show_inspection(std::string_view json);
[[nodiscard]] result<std::string> show_audit(std::string_view json);
[[nodiscard]] result<std::string> show_revocations(std::string_view json);
[[nodiscard]] result<std::string> show_letters(std::string_view json);
/// "all is well", or the findings with their ways out.
[[nodiscard]] result<std::string> show_doctor(std::string_view json);
/// "restart room/lobby: done".
[[nodiscard]] result<std::string> show_changed(std::string_view json);

[[nodiscard]] result<std::uint64_t> tap_number(std::string_view json);
struct tapped {
  std::string lines;  ///< one a command
  bool ended = false;
};
[[nodiscard]] result<tapped> show_tapped(std::string_view json);

}  // namespace lightstick::tools
