#include "storage/store_metrics.hpp"

namespace lightstick::storage {

store_metrics::store_metrics(metrics& registry)
    : appends(registry.make_counter("lightstick_storage_appends_total", "Appends committed.")),
      commits(registry.make_counter("lightstick_storage_commits_total",
                                    "Group commits; appends divided by commits is the size of a group.")),
      commit_bytes(registry.make_counter("lightstick_storage_commit_bytes_total", "Keys and values committed.")),
      appends_failed(registry.make_counter("lightstick_storage_appends_failed_total",
                                           "Appends that were queued and could not be committed.")),
      appends_refused(registry.make_counter("lightstick_storage_appends_refused_total",
                                            "Appends refused because a bound was reached.")),
      corrupt_records(
          registry.make_counter("lightstick_storage_corrupt_records_total", "Reads that met damaged records.")),
      resumes(
          registry.make_counter("lightstick_storage_resumes_total", "Attempts to write again after the disk failed.")),
      queue_requests(registry.make_gauge("lightstick_storage_queue_requests",
                                         "Appends that wait, those being committed included.")),
      queue_bytes(registry.make_gauge("lightstick_storage_queue_bytes", "Their keys and values.")),
      logs_open(registry.make_gauge("lightstick_storage_logs_open", "Logs open for appends.")),
      writable(registry.make_gauge("lightstick_storage_writable", "1, or 0 while the disk refuses writes.")),
      commit_seconds(registry.make_histogram("lightstick_storage_commit_seconds",
                                             "Time to write one group and, with fsync, to have it on the disk.")) {}

}  // namespace lightstick::storage
