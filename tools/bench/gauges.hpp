#pragma once

#include <sys/types.h>
#include <chrono>
#include <cstdint>

/// What a process has used, as the system and the allocator count it. Thread: any.
namespace lightstick::tools::bench {

/// User and system time of all threads.
[[nodiscard]] std::chrono::nanoseconds cpu_time();
/// The same of another process; zero when it cannot be read.
[[nodiscard]] std::chrono::nanoseconds cpu_time(pid_t process);
/// In use of what `malloc` gave, all arenas and large blocks together; what threads keep for themselves counts as used.
[[nodiscard]] std::int64_t heap_bytes();
/// Resident memory of a process (0: this one); 0 when it cannot be read.
[[nodiscard]] std::uint64_t rss_bytes(pid_t process = 0);

}  // namespace lightstick::tools::bench
