#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "runtime/base/metrics.hpp"
#include "runtime/base/random.hpp"
#include "runtime/base/result.hpp"
#include "runtime/base/token_bucket.hpp"
#include "runtime/base/turns.hpp"

namespace lightstick::actors::room {

/// Lets so many resumes of a node read history, so that a storm of them takes turns with all else that the disk and
/// the rooms do. What memory can answer does not come here. Thread: any; one mutex, held for a few sums. Held by shared
/// pointers, because a read may end after the node's rooms have gone.
///
/// Bounds: `rate`, and `at_once` reads under way. Who is beyond either is told to come again at a time of its own, as
/// far apart as the rate lets in, so that those who were refused together do not come back together; from `wait_max` on,
/// where more wait than the rate lets in by then, at any time in its second half.
class resume_gate : public std::enable_shared_from_this<resume_gate> {
 public:
  static constexpr std::chrono::milliseconds wait_min{100};
  static constexpr std::chrono::milliseconds wait_max{20'000};

  struct limits {
    rate_limit rate{500, 500};
    std::uint32_t at_once = 32;
  };
  /// `registry` may be null: nothing is counted then.
  resume_gate(limits how, metrics* registry);

  /// A read under way; ends when it goes. Move-only.
  class pass {
   public:
    pass() = default;
    explicit pass(std::shared_ptr<resume_gate> of) : of_(std::move(of)) {}
    pass(pass&&) noexcept = default;
    pass& operator=(pass&& other) noexcept;
    pass(const pass&) = delete;
    pass& operator=(const pass&) = delete;
    ~pass() { end(); }

   private:
    void end() noexcept;
    std::shared_ptr<resume_gate> of_;
  };

  /// Errors: overloaded, with the time after which to come again.
  [[nodiscard]] result<pass> enter(steady_time now, random_source& dice);
  /// One that cannot wait here either; the error says when to come again.
  [[nodiscard]] error refuse(steady_time now, random_source& dice);
  [[nodiscard]] std::uint32_t reading() const;

 private:
  void left() noexcept;

  const limits how_;
  counter* admitted_ = nullptr;
  counter* deferred_ = nullptr;
  gauge* under_way_ = nullptr;
  mutable std::mutex mutex_;
  token_bucket tokens_;
  std::uint32_t reading_ = 0;
  turns again_;
};

}  // namespace lightstick::actors::room
