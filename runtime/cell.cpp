#include "runtime/cell.hpp"

#include <algorithm>

#include "runtime/activation.hpp"

namespace lightstick::runtime {
namespace {

constexpr std::chrono::milliseconds hint_least{50};
constexpr std::chrono::milliseconds hint_most{5'000};

}  // namespace

cell::cell(actor_id id_, const kind_options& kind_) : id(std::move(id_)), kind(kind_) {}
cell::~cell() = default;

void cell::bring(std::unique_ptr<activation> a) { activation_ = std::move(a); }

result<void> cell::offer(envelope& e, std::optional<envelope>& displaced) {
  auto outcome = mail.offer(e, kind, shared_from_this());
  displaced = std::move(outcome.displaced);
  if (outcome.wake) ready();
  if (outcome.accepted) return {};
  auto why = error{make_error_code(errc::overloaded), "mailbox of " + id.to_string() + " is full"};
  auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(stats.mean() * mail.depth.load());
  why.retry_after = std::clamp(whole, hint_least, hint_most);
  return fail(std::move(why));
}

void cell::post(task t) {
  if (mail.post(std::move(t))) ready();
}

void cell::drop() {
  ended_ = true;
  mail.close();
  activation_.reset();
}

void cell::run(std::uint32_t commands_max) {
  if (ended_) return;
  activation_->run(commands_max);
  if (activation_->ended()) return drop();
  if (activation_->wants_run() || mail.finish_run(activation_->takes_commands())) ready();
}

}  // namespace lightstick::runtime
