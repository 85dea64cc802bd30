#include "gateway/net/pending_answer.hpp"

#include <boost/asio/dispatch.hpp>

namespace lightstick::gateway::net {

void pending_answer::give(http_response r) {
  std::lock_guard lock(mutex_);
  if (context_ == nullptr) return;
  if (context_->get_executor().running_in_this_thread()) {
    response = std::move(r);
    if (waiting != nullptr) waiting->cancel();
    return;
  }
  asio::post(*context_, [self = shared_from_this(), r = std::move(r)]() mutable { self->give(std::move(r)); });
}

void pending_answer::close() {
  std::lock_guard lock(mutex_);
  context_ = nullptr;
  waiting = nullptr;
}

}  // namespace lightstick::gateway::net
