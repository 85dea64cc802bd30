#include "actors/room/resume_gate.hpp"

#include "actors/chat_message.hpp"

namespace lightstick::actors::room {
namespace {

/// Between two turns when only the number at once is limited.
constexpr double turns_a_second = 1'000;

double apart_for(rate_limit rate) { return rate.per_second > 0 ? rate.per_second : turns_a_second; }

}  // namespace

resume_gate::resume_gate(limits how, metrics* registry)
    : how_(how), tokens_(how.rate, steady_time{}), again_(apart_for(how.rate)) {
  if (registry == nullptr) return;
  admitted_ = &registry->make_counter("lightstick_room_resume_reads_total", "Resumes that read history from the disk");
  deferred_ = &registry->make_counter("lightstick_room_resumes_deferred_total",
                                      "Resumes told to come again because too many would read history");
  under_way_ = &registry->make_gauge("lightstick_room_resume_reads_under_way", "Resumes that read history now");
}

resume_gate::pass& resume_gate::pass::operator=(pass&& other) noexcept {
  if (this != &other) {
    end();
    of_ = std::move(other.of_);
  }
  return *this;
}

void resume_gate::pass::end() noexcept {
  if (auto of = std::exchange(of_, nullptr)) of->left();
}

result<resume_gate::pass> resume_gate::enter(steady_time now, random_source& dice) {
  {
    const std::lock_guard lock(mutex_);
    if (reading_ < how_.at_once && tokens_.take(now).count() == 0) {
      ++reading_;
      if (admitted_ != nullptr) admitted_->add();
      if (under_way_ != nullptr) under_way_->add(1);
      return pass{shared_from_this()};
    }
  }
  return fail(refuse(now, dice));
}

error resume_gate::refuse(steady_time now, random_source& dice) {
  if (deferred_ != nullptr) deferred_->add();
  const std::lock_guard lock(mutex_);
  return {make_error_code(errc::overloaded), "many come back at once", again_.next(now, dice, {wait_min, wait_max})};
}

void resume_gate::left() noexcept {
  const std::lock_guard lock(mutex_);
  --reading_;
  if (under_way_ != nullptr) under_way_->add(-1);
}

std::uint32_t resume_gate::reading() const {
  const std::lock_guard lock(mutex_);
  return reading_;
}

}  // namespace lightstick::actors::room
