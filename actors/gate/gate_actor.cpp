#include "actors/gate/gate_actor.hpp"

#include <utility>

namespace lightstick::actors::gate {
namespace {

/// Hands questions on: sessions can ask an actor and get the answer back on their own turn.
class gate_logic final : public runtime::logic {
 public:
  explicit gate_logic(std::shared_ptr<keeper> who) : who_(std::move(who)) {}
  void handle(runtime::message& m, runtime::reply& r, runtime::context& /*ctx*/) override {
    if (auto* q = runtime::body_of<question>(m)) return who_->decide(std::move(*q), std::move(r));
    r.failed({make_error_code(lightstick::errc::invalid), "a gate does not understand this"});
  }
  [[nodiscard]] bool passive() const override { return false; }
  [[nodiscard]] runtime::inspection inspect() const override { return {}; }

 private:
  std::shared_ptr<keeper> who_;
};

}  // namespace

void register_kind(runtime::system& sys, std::uint32_t waiting_max) {
  runtime::kind_options how;
  how.name = kind;
  how.mailbox_max = waiting_max;
  sys.register_kind(std::move(how));
}

result<void> start(runtime::system& sys, std::shared_ptr<keeper> who) {
  return sys.spawn({kind, key}, std::make_unique<gate_logic>(std::move(who)));
}

}  // namespace lightstick::actors::gate
