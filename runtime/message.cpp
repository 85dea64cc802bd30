#include "runtime/message.hpp"

namespace lightstick::runtime {

reply& reply::operator=(reply&& other) noexcept {
  if (this != &other) {
    if (deliver_) answer(fail(errc::unavailable, "unanswered"));
    deliver_ = std::exchange(other.deliver_, callback{});
    place_ = std::move(other.place_);
  }
  return *this;
}

reply::~reply() {
  if (deliver_) answer(fail(errc::unavailable, "unanswered"));
}

void reply::answer(result<message_ptr> outcome) {
  auto place = std::move(place_);
  if (!deliver_) return;
  auto deliver = std::exchange(deliver_, callback{});
  deliver(std::move(outcome));
}

}  // namespace lightstick::runtime
