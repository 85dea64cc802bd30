#include "tools/node/process_metrics.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "runtime/base/clock.hpp"
#include "tools/version/version.hpp"

namespace lightstick::tools {
namespace {

std::int64_t resident_bytes() {
  std::ifstream in("/proc/self/statm");
  std::int64_t total = 0;
  std::int64_t resident = 0;
  in >> total >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

std::int64_t cpu_ms() {
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) != 0) return 0;
  auto ms = [](const timeval& t) { return std::int64_t{t.tv_sec} * 1'000 + t.tv_usec / 1'000; };
  return ms(used.ru_utime) + ms(used.ru_stime);
}

std::int64_t open_files() {
  std::error_code failed;
  std::int64_t count = 0;
  for (std::filesystem::directory_iterator it("/proc/self/fd", failed), end; !failed && it != end;
       it.increment(failed)) {
    ++count;
  }
  return count;
}

std::int64_t open_files_max() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<std::int64_t>(limit.rlim_cur) : 0;
}

}  // namespace

void add_process_metrics(metrics& registry) {
  registry
      .make_gauge("lightstick_build_info", "Always 1; the label says which version runs",
                  {{"version", std::string(version())}})
      .set(1);
  registry.make_gauge("lightstick_process_start_time_ms", "When the process started, Unix epoch")
      .set(system_clock_source().wall().value);
  registry.make_gauge("lightstick_process_open_files_max", "Limit of open files").set(open_files_max());
  auto& resident = registry.make_gauge("lightstick_process_resident_bytes", "Resident memory");
  auto& cpu = registry.make_gauge("lightstick_process_cpu_ms", "Processor time used, user and system");
  auto& files = registry.make_gauge("lightstick_process_open_files", "Open files");
  registry.on_collect([&resident, &cpu, &files] {
    resident.set(resident_bytes());
    cpu.set(cpu_ms());
    files.set(open_files());
  });
}

}  // namespace lightstick::tools
