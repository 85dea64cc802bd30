#pragma once

#include <memory>

#include "actors/gate/messages.hpp"
#include "runtime/system.hpp"

namespace lightstick::actors::gate {

/// Who answers questions, implemented by the gateway. Called on the actor's thread, in the order of the questions; never
/// blocks, and answers `r` once, on any thread.
class keeper {
 public:
  virtual ~keeper() = default;
  virtual void decide(question q, runtime::reply r) = 0;
};

/// Makes `gate/node` a volatile kind. At most `waiting_max` questions wait for their answers; beyond it overloaded.
void register_kind(runtime::system& sys, std::uint32_t waiting_max);
/// Starts it. REQUIRES: registered. Errors: as runtime::system::spawn.
[[nodiscard]] result<void> start(runtime::system& sys, std::shared_ptr<keeper> who);

}  // namespace lightstick::actors::gate
