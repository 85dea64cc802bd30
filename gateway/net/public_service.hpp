#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "gateway/api/api_service.hpp"
#include "gateway/net/core.hpp"
#include "gateway/net/http_message.hpp"

namespace lightstick::gateway::net {

/// What fans' browsers and balancers get by HTTP: the page, guest log-in, the ways in, the list of rooms, health. Thread: any.
class public_service final : public http_service {
 public:
  static constexpr std::size_t rooms_listed_max = 100;

  explicit public_service(core& c);
  void handle(const http_request& request, responder respond) override;

 private:
  struct room_rows {
    steady_time made;
    std::vector<relays::row> rows;  ///< largest first
  };
  [[nodiscard]] http_response answer(const http_request& request);
  [[nodiscard]] http_response asset(const http_request& request) const;
  [[nodiscard]] http_response guest(const http_request& request);
  [[nodiscard]] http_response rooms(const http_request& request);
  [[nodiscard]] std::shared_ptr<const room_rows> current_rooms();

  core& core_;
  api::api_service api_;
  const std::string page_policy_;
  const std::string ways_in_;
  std::mutex rooms_mutex_;
  std::shared_ptr<const room_rows> rooms_;  ///< looked up once a second, however many ask
};

/// `{"status":"ok"}`, or 503 with `{"status":"draining"}` for readiness while the node drains. Both listeners have them.
[[nodiscard]] http_response health_response();
[[nodiscard]] http_response readiness_response(const core& c);
/// Why a token does not let in: 401, or 503 with a time when it cannot be checked now.
[[nodiscard]] http_response token_response(const error& why, std::string_view advice);

}  // namespace lightstick::gateway::net
