#pragma once

#include <filesystem>
#include <string>

#include "gateway/wire/value.hpp"
#include "storage/verify_backups.hpp"

/// What `verify` says of a folder of back-ups. Pure, as reports.hpp.
namespace lightstick::tools {

[[nodiscard]] std::string to_text(const storage::backups_report& report, const std::filesystem::path& path);
[[nodiscard]] gateway::wire::value to_value(const storage::backups_report& report);

}  // namespace lightstick::tools
