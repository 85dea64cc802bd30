#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "runtime/base/result.hpp"
#include "tools/bench/figure.hpp"

namespace lightstick::tools::bench {

/// How much is to be measured, and where.
struct plan {
  bool quick = false;            ///< a tenth of the work, one round: to see that it runs, not to believe in
  std::filesystem::path folder;  ///< exists; each measurement makes and removes folders of its own in it
  std::function<void(const std::string&)> tell;  ///< what is being done, for people. Thread: the caller's

  [[nodiscard]] std::size_t rounds() const noexcept { return quick ? 1 : 5; }
  [[nodiscard]] std::uint64_t scaled(std::uint64_t n) const noexcept { return quick ? n / 10 : n; }
};

/// What one measurement found. Errors: it could not be done (never: it was slow).
using outcome = result<std::vector<figure>>;

// Runtime.
/// CPU of an ask and a tell beside those of bare CAF, in turns.
[[nodiscard]] outcome measure_messages(const plan& p);
/// Heap of an idle room, of a session, and of rooms that were passivated.
[[nodiscard]] outcome measure_footprint(const plan& p);
/// How long a room takes from its journal to its first answer, and how many come back a second.
[[nodiscard]] outcome measure_activation(const plan& p);
/// What a flooded room costs others, and how soon its senders are told.
[[nodiscard]] outcome measure_flood(const plan& p);

// Storage.
/// Commands of rooms a second beside a raw RocksDB that writes the same bytes in the same batches.
[[nodiscard]] outcome measure_commits(const plan& p);

/// Fills `folder` with rooms and messages, unless a call of the same size has done it before; then starts nodes of
/// `program` on it.
struct big_order {
  std::filesystem::path folder;
  std::filesystem::path program;
  std::uint64_t rooms = 1'000'000;
  std::uint64_t messages_a_room = 10;
};
[[nodiscard]] outcome measure_big_start(const plan& p, const big_order& order);

}  // namespace lightstick::tools::bench
