#pragma once

#include "gateway/net/asio.hpp"
#include "gateway/net/http_message.hpp"

namespace lightstick::gateway::net {

/// The meeting point of a request that waits on its I/O thread and an answer that may come from any. The waiting
/// side owns it through `answer_wait`; an answer after that has gone does nothing.
class pending_answer : public std::enable_shared_from_this<pending_answer> {
 public:
  explicit pending_answer(asio::io_context& context) : context_(&context) {}

  /// Thread: any.
  void give(http_response r);
  /// Thread: the I/O thread. Nobody waits any more; the context may go.
  void close();

  std::optional<http_response> response;  ///< the I/O thread's
  timer* waiting = nullptr;               ///< the I/O thread's: cancelled when `response` is set

 private:
  std::mutex mutex_;
  asio::io_context* context_;  ///< null when closed
};

/// Keeps a `pending_answer` open while it lives.
class answer_wait {
 public:
  explicit answer_wait(asio::io_context& context) : slot_(std::make_shared<pending_answer>(context)) {}
  answer_wait(const answer_wait&) = delete;
  answer_wait& operator=(const answer_wait&) = delete;
  ~answer_wait() { slot_->close(); }
  [[nodiscard]] const std::shared_ptr<pending_answer>& slot() const noexcept { return slot_; }

 private:
  std::shared_ptr<pending_answer> slot_;
};

}  // namespace lightstick::gateway::net
