#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace lightstick {

/// The only source of randomness, so that one seed replays a run.
class random_source {
 public:
  virtual ~random_source() = default;
  /// Uniform 64 bits.
  [[nodiscard]] virtual std::uint64_t next() = 0;
};

/// Cryptographically strong (OpenSSL RAND_bytes). Thread-safe. Lives as long as the process.
[[nodiscard]] random_source& secure_random() noexcept;

/// The number that SplitMix64 (Steele, Lea, Flood 2014) gives in `state`; its next state is `split_mix_step` further. Every
/// state gives another.
[[nodiscard]] std::uint64_t split_mix(std::uint64_t state) noexcept;
inline constexpr std::uint64_t split_mix_step = 0x9E3779B97F4A7C15ULL;

/// SplitMix64: for tests and jitter only. Not thread-safe.
class seeded_random final : public random_source {
 public:
  explicit seeded_random(std::uint64_t seed) : state_(seed) {}
  [[nodiscard]] std::uint64_t next() override;

 private:
  std::uint64_t state_;
};

/// `bytes` random bytes as lower-case hex (twice as many characters).
[[nodiscard]] std::string random_hex(random_source& source, std::size_t bytes);

}  // namespace lightstick
