#pragma once

#include <vector>

#include "gateway/admin/operations.hpp"
#include "gateway/net/http_message.hpp"
#include "gateway/net/io_thread.hpp"

namespace lightstick::gateway::admin {

/// What operators ask: metrics, actors, one actor, connections. Everything but health needs a token of role admin.
/// Thread: any; what needs another thread is answered from there.
class admin_service final : public net::http_service {
 public:
  static constexpr std::size_t rows_default = 100;
  static constexpr std::size_t rows_max = 10'000;

  /// REQUIRES: `own` (the thread that serves this) and `threads` outlive the service's last request.
  admin_service(net::core& c, net::io_thread& own, std::vector<net::io_thread*> threads)
      : core_(c), threads_(std::move(threads)), operations_(std::make_shared<operations>(c, own)) {}
  void handle(const net::http_request& request, net::responder respond) override;

 private:
  /// Who asks, when that is an admin; otherwise the answer that says why not.
  [[nodiscard]] result<operations::asker> admit(const net::http_request& r,
                                                std::optional<net::http_response>& refusal) const;
  void actors(const net::http_request& r, net::responder respond);
  void inspect(const net::http_request& r, net::responder respond);
  void connections(const net::http_request& r, net::responder respond);
  void job(std::string_view kind, net::responder respond);

  net::core& core_;
  const std::vector<net::io_thread*> threads_;
  const std::shared_ptr<operations> operations_;
};

}  // namespace lightstick::gateway::admin
