#pragma once

#include <benchmark/benchmark.h>

#include <iostream>
#include <string_view>

namespace lightstick::test {

/// Counts what was measured and what failed, beside the table on the console.
class bench_verdict final : public benchmark::ConsoleReporter {
 public:
  bench_verdict() : ConsoleReporter(OO_Tabular) {}
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const auto& run : runs) {
      (run.error_occurred ? failed : measured) += 1;
    }
    ConsoleReporter::ReportRuns(runs);
  }
  int measured = 0;
  int failed = 0;
};

/// The `main` of a benchmark: options, all measurements, and the verdict as the last line. Gives the exit code: 0 only
/// when no measurement failed.
inline int bench_main(int argc, char** argv, std::string_view name, std::string_view help) {
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--help") {
      std::cout << help;
      return 0;
    }
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  bench_verdict v;
  benchmark::RunSpecifiedBenchmarks(&v);
  std::cout << name << ": " << v.measured << " measured, " << v.failed << " failed\n";
  return v.failed == 0 && v.measured > 0 ? 0 : 1;
}

}  // namespace lightstick::test
