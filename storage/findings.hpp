#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lightstick::storage {

/// One damage, of a file or of an actor's records.
struct finding {
  std::string file;    ///< in the data folder: "rocks/000012.sst"; empty when it is of an actor
  std::string actor;   ///< "room/aurora"; empty when it is of a file or of the store itself
  std::string what;    ///< "journal 17..20: ..."
  std::string served;  ///< what goes on in spite of it
  std::string remedy;
  bool refuses_folder = false;  ///< no node starts with it
};

/// Findings, of which the first so many are kept and all are counted.
class findings {
 public:
  static constexpr std::size_t kept_max = 10'000;

  void add(finding f) {
    ++count_;
    if (kept_.size() < kept_max) kept_.push_back(std::move(f));
  }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] const std::vector<finding>& kept() const noexcept { return kept_; }

 private:
  std::uint64_t count_ = 0;
  std::vector<finding> kept_;
};

}  // namespace lightstick::storage
