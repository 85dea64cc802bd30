#pragma once

#include "runtime/base/metrics.hpp"

namespace lightstick::storage {

/// The numbers of one store. Thread-safe; lives as long as the registry.
struct store_metrics {
  explicit store_metrics(metrics& registry);

  counter& appends;          ///< committed; divided by `commits` it is the size of a group
  counter& commits;
  counter& commit_bytes;
  counter& appends_failed;   ///< queued and then not committed
  counter& appends_refused;  ///< not queued because of a bound
  counter& corrupt_records;
  counter& resumes;          ///< attempts to write again after a failure
  gauge& queue_requests;
  gauge& queue_bytes;
  gauge& logs_open;
  gauge& writable;           ///< 1, or 0 while appends are refused
  histogram& commit_seconds;
};

}  // namespace lightstick::storage
