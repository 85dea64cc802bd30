#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "gateway/admin/audit_trail.hpp"
#include "gateway/net/core.hpp"
#include "gateway/net/http_message.hpp"

namespace lightstick::gateway::admin {

/// What operators do to actors and what they look into: why, doctor, taps, dead letters, passivate, restart, jobs, audit.
/// Every change is written to the audit journal before it is made (outcome "asked") and after (what came of it). One that
/// cannot be written down is made all the same, and says so: see audit_trail.
///
/// Thread: any; answers come from the actors' threads. Bound: a tap that nobody asks after for `tap_idle` is closed.
class operations : public std::enable_shared_from_this<operations> {
 public:
  static constexpr std::chrono::seconds tap_idle{30};

  /// REQUIRES: both outlive the last answer.
  operations(net::core& c, net::io_thread& timers) : core_(c), timers_(timers), trail_(c, timers) {}

  using asker = admin::asker;
  /// False when the path is none of these; `respond` is then untouched.
  [[nodiscard]] bool handle(const net::http_request& r, const asker& by, net::responder& respond);
  /// Begins a job of the node: "backup", "stats", "erase" or "trim".
  void begin_job(const net::http_request& r, const asker& by, std::string_view kind, net::responder respond);

 private:
  using action = unique_function<void(unique_function<void(result<void>)> done)>;
  using actor_change = void (runtime::system::*)(const actor_id&, unique_function<void(result<void>)>);
  struct open_tap {
    std::unique_ptr<runtime::tap> tap;
    steady_time asked;
  };

  void why(const net::http_request& r, const asker& by, net::responder respond);
  void doctor(const net::http_request& r, const asker& by, net::responder respond);
  void audit(const net::http_request& r, const asker& by, net::responder respond);
  void letters(const net::http_request& r, const asker& by, net::responder respond);
  void letter(const net::http_request& r, const asker& by, net::responder respond);
  void drop_letter(const net::http_request& r, const asker& by, net::responder respond);
  void replay_letter(const net::http_request& r, const asker& by, net::responder respond);
  void passivate(const net::http_request& r, const asker& by, net::responder respond);
  void restart(const net::http_request& r, const asker& by, net::responder respond);
  void revoke(const net::http_request& r, const asker& by, net::responder respond);
  void revocations(const net::http_request& r, const asker& by, net::responder respond);
  void open(const net::http_request& r, const asker& by, net::responder respond);
  void fetch(const net::http_request& r, const asker& by, net::responder respond);

  template <class Answer, class Command>
  void change_letter(const net::http_request& r, const asker& by, std::string what, net::responder respond);
  void change_actor(const net::http_request& r, const asker& by, std::string what, actor_change how,
                    net::responder respond);
  void close_idle();
  void change(const asker& by, std::string what, std::string target, action act, net::responder respond);

  net::core& core_;
  net::io_thread& timers_;
  audit_trail trail_;
  std::mutex mutex_;
  std::uint64_t next_tap_ = 1;
  std::map<std::uint64_t, open_tap> taps_;
};

/// Why an actor refused, or did not answer.
[[nodiscard]] net::http_response failed_response(const error& e);
/// What node_jobs said: 202 when a job was begun with it.
[[nodiscard]] net::http_response job_response(result<std::string> told, bool begun);

}  // namespace lightstick::gateway::admin
