#pragma once

#include <cstdint>
#include <vector>

#include "lightstick/storage/engine.hpp"
#include "lightstick/storage/store.hpp"

/// Logs to and from the engine's keys and values. Pure but for the reads.
namespace lightstick::storage {

/// What writing one append means, but for the journal that a snapshot makes superfluous: the queue, which knows where
/// it begins, adds that. Events that come with a snapshot are part of it, and not written.
[[nodiscard]] std::vector<write_op> encode_append(const std::string& prefix, const append_request& request);

/// Everything of a log but its epoch. REQUIRES: `disk` does not change meanwhile. Errors: corrupt, newer_format,
/// io_failed.
[[nodiscard]] result<log_contents> load_log(const engine_reader& disk, const std::string& prefix, std::int64_t now_ms);

/// Errors: as load_log.
[[nodiscard]] result<row_page> load_rows(const engine_reader& disk, const std::string& prefix, const row_query& query,
                                         std::int64_t now_ms);

}  // namespace lightstick::storage
