#include "gateway/admin/audit_trail.hpp"

#include <mutex>
#include <utility>

#include "runtime/base/log.hpp"
#include "runtime/operators/audit.hpp"

namespace lightstick::gateway::admin {
namespace {

namespace audit_log = runtime::audit;

/// Gives the first outcome on and drops the others.
class first_of {
 public:
  explicit first_of(unique_function<void(result<void>)> done) : done_(std::move(done)) {}
  void end(result<void> outcome) {
    std::unique_lock lock(mutex_);
    auto done = std::exchange(done_, {});
    lock.unlock();
    if (done) done(std::move(outcome));
  }

 private:
  std::mutex mutex_;
  unique_function<void(result<void>)> done_;
};

}  // namespace

unique_function<void(result<void>)> within(net::io_thread& timers, std::chrono::milliseconds limit, error late,
                                           unique_function<void(result<void>)> done) {
  auto first = std::make_shared<first_of>(std::move(done));
  timers.post([&timers, limit, first, late = std::move(late)]() mutable {
    auto pause = std::make_unique<net::timer>(timers.context());
    auto& waiting = *pause;
    waiting.expires_after(limit);
    waiting.async_wait(
        [first = std::move(first), late = std::move(late), pause = std::move(pause)](net::error_code ec) {
          if (!ec) first->end(fail(late));
        });
  });
  return [first](result<void> outcome) { first->end(std::move(outcome)); };
}

audit_trail::audit_trail(net::core& c, net::io_thread& timers)
    : core_(c),
      timers_(timers),
      unaudited_(c.registry.make_counter("lightstick_gateway_unaudited_changes_total",
                                         "Operators' changes that are not, or not wholly, in the audit journal.")) {}

void audit_trail::record(const change_asked& c, std::string outcome, unique_function<void(result<void>)> done) {
  audit_log::entry e;
  e.when = core_.clock.wall();
  e.who = c.by.who;
  e.from = c.by.from;
  e.what = c.what;
  e.target = c.target;
  e.outcome = std::move(outcome);
  auto r = runtime::make_reply<audit_log::recorded>([done = std::move(done)](result<audit_log::recorded> got) mutable {
    done(got ? result<void>{} : result<void>(fail(std::move(got.error()))));
  });
  (void)core_.sys->tell({audit_log::kind, audit_log::key}, runtime::make_message(audit_log::record{std::move(e)}),
                        std::move(r));
}

void audit_trail::tell(const change_asked& c, const std::string& outcome, const error& why) {
  unaudited_.add();
  LS_LOG(gateway, warn, "a change is not in the audit journal", {"who", c.by.who}, {"from", c.by.from},
         {"what", c.what}, {"target", c.target}, {"outcome", outcome}, {"why", why});
}

void audit_trail::asked(const change_asked& c, unique_function<void(std::optional<std::string>)> go) {
  const auto limit = core_.opts.audit_within;
  error late{make_error_code(errc::timed_out),
             "the disk has not taken it within " + std::to_string(limit.count()) + " ms"};
  record(c, "asked",
         within(timers_, limit, std::move(late), [this, c, go = std::move(go)](result<void> written) mutable {
           if (written) return go(std::nullopt);
           tell(c, "asked", written.error());
           go(written.error().to_string());
         }));
}

void audit_trail::ended(const change_asked& c, std::string outcome, bool known) {
  record(c, outcome, [this, c, outcome, known](const result<void>& written) {
    if (written) return;
    if (!known) return tell(c, outcome, written.error());
    LS_LOG(gateway, warn, "what came of a change is not in the audit journal", {"who", c.by.who}, {"what", c.what},
           {"target", c.target}, {"outcome", outcome});
  });
}

}  // namespace lightstick::gateway::admin
