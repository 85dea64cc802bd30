#pragma once

#include <filesystem>
#include <string>

#include "gateway/wire/value.hpp"
#include "runtime/base/clock.hpp"
#include "storage/backup.hpp"
#include "storage/stats.hpp"
#include "storage/verify.hpp"

/// What the commands of care say, for people and as a tree that becomes JSON. Pure. Nothing in either can command a
/// terminal, whatever names fans gave. Sizes in the trees are bytes (`_bytes`), times ms since the Unix epoch (`_ms`).
namespace lightstick::tools {

[[nodiscard]] std::string to_text(const storage::backup_made& made, const std::filesystem::path& to);
[[nodiscard]] gateway::wire::value to_value(const storage::backup_made& made);

[[nodiscard]] std::string to_text(const storage::backup_list& list, wall_ms now);
[[nodiscard]] gateway::wire::value to_value(const storage::backup_list& list);

[[nodiscard]] std::string to_text(const storage::restored& done, const std::filesystem::path& to);
[[nodiscard]] gateway::wire::value to_value(const storage::restored& done);

[[nodiscard]] std::string to_text(const storage::verify_report& report, const std::filesystem::path& path);
[[nodiscard]] gateway::wire::value to_value(const storage::verify_report& report);

[[nodiscard]] std::string to_text(const storage::store_stats& stats);
[[nodiscard]] gateway::wire::value to_value(const storage::store_stats& stats);

[[nodiscard]] std::string to_json(const gateway::wire::value& v);
/// "2026-11-23 14:46:41Z".
[[nodiscard]] std::string utc_text(std::int64_t ms);

}  // namespace lightstick::tools
