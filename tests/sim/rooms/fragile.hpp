#pragma once

#include <functional>
#include <map>
#include <memory>

#include "runtime/logic.hpp"
#include "tests/sim/dice.hpp"
#include "tests/sim/trace.hpp"

namespace lightstick::sim {

/// How actors fail in a run, and which of them live. Outlives them.
struct frailty {
  dice& chance;
  trace& notes;
  /// Times in a thousand.
  std::uint32_t before = 0;     ///< a call throws, and nothing was done
  std::uint32_t after = 0;      ///< it throws when all was done
  std::uint32_t elsewhere = 0;  ///< a timer, a reminder, the end of a group of commits, a start
  /// Always the end of whoever gets it.
  std::function<bool(const runtime::message&)> poison{};
  std::function<bool(const runtime::reminder&)> poisonous{};
  std::uint64_t thrown = 0;
  std::map<actor_id, const runtime::logic*> alive{};  ///< what is inside
};

/// A logic that throws now and then, and else is the one inside.
class fragile final : public runtime::logic {
 public:
  fragile(actor_id self, std::unique_ptr<runtime::logic> inside, frailty& how);
  ~fragile() override;
  fragile(const fragile&) = delete;
  fragile& operator=(const fragile&) = delete;

  void reset() override { inside_->reset(); }
  [[nodiscard]] result<void> restore(std::string_view snapshot) override { return inside_->restore(snapshot); }
  [[nodiscard]] result<void> replay(std::string_view event) override { return inside_->replay(event); }
  [[nodiscard]] result<void> restore_mark(const runtime::row& mark) override { return inside_->restore_mark(mark); }
  [[nodiscard]] std::string snapshot() const override { return inside_->snapshot(); }
  void started(runtime::context& ctx) override;
  void handle(runtime::message& m, runtime::reply& r, runtime::context& ctx) override;
  void on_timer(runtime::context& ctx) override;
  void on_reminder(const runtime::reminder& which, runtime::context& ctx) override;
  void settled(runtime::context& ctx) override;
  void failed(runtime::context& ctx) override { inside_->failed(ctx); }
  [[nodiscard]] bool passive() const override { return inside_->passive(); }
  [[nodiscard]] runtime::inspection inspect() const override { return inside_->inspect(); }
  [[nodiscard]] std::size_t memory_bytes() const override { return inside_->memory_bytes(); }

 private:
  void shake(std::uint32_t per_mille, std::string_view where);

  actor_id self_;
  std::unique_ptr<runtime::logic> inside_;
  frailty& how_;
};

}  // namespace lightstick::sim
