#include "gateway/gateway.hpp"

#include <condition_variable>
#include <mutex>

#include "actors/gate/gate_actor.hpp"
#include "gateway/admin/admin_service.hpp"
#include "gateway/hooks/after_hook.hpp"
#include "gateway/net/acceptor.hpp"
#include "gateway/net/listener.hpp"
#include "gateway/net/public_service.hpp"
#include "gateway/net/tls.hpp"
#include "runtime/base/log.hpp"

namespace lightstick::gateway {
namespace {

constexpr std::uint32_t admin_connections_max = 256;
constexpr std::chrono::milliseconds drain_poll{20};
/// Who withdraws what a hook has taken back, in the journals of rooms.
constexpr const char* hook_name = "hooks.after";

template <class T>
std::vector<T*> pointers(const std::vector<std::unique_ptr<T>>& owned) {
  std::vector<T*> out;
  for (const auto& each : owned) out.push_back(each.get());
  return out;
}

class net_server final : public server {
 public:
  net_server(options o, net::ip_networks trusted, std::shared_ptr<const auth::token_authority> tokens,
             const clock_source& clock, metrics& registry)
      : core_(std::move(o), std::move(trusted), std::move(tokens), clock, registry),
        admin_limits_(admin_connections_max, admin_connections_max, true),
        listen_(core_.opts.listen),
        admin_listen_(core_.opts.admin_listen),
        public_(core_) {
    for (std::uint32_t i = 0; i < core_.opts.io_threads; ++i) {
      threads_.push_back(std::make_unique<net::io_thread>(core_, i, "gateway-" + std::to_string(i)));
    }
    std::vector<net::walk_poster*> posters;
    for (const auto& each : threads_) posters.push_back(each.get());
    core_.rooms.connect(std::move(posters));
    core_.close_revoked = [this](const actors::revocations::revocation& what) {
      for (const auto& each : threads_) each->post([t = each.get(), what] { t->revoked(what); });
    };
    // Its own thread: an operator gets answers while the fans' threads are busy. It has no subscriptions.
    admin_thread_ = std::make_unique<net::io_thread>(core_, 0, "gateway-admin");
    admin_.emplace(core_, *admin_thread_, pointers(threads_));
    const auto& hook = core_.opts.hook;
    if (!hook.before.empty()) {
      before_ = std::make_shared<hooks::before_hook>(hook, core_.opts.hook_secret, clock, registry);
    }
    if (!hook.after.empty()) {
      after_ = std::make_unique<hooks::after_hook>(hook, core_.opts.hook_secret, clock, registry,
                                                   [this](const hooks::withdrawal& w) { withdraw(w); });
      tapped_.emplace(core_.rooms, *after_);
    }
  }

  ~net_server() override { stop(); }

  [[nodiscard]] result<void> open() {
    auto tls = net::tls_source::make(core_.opts.tls, core_.clock, core_.registry);
    if (!tls) return fail(std::move(tls.error()));
    tls_ = std::move(*tls);
    auto opened = net::open_listeners(listen_, "client", pointers(threads_));
    if (!opened) return fail(std::move(opened.error()));
    auto admin_opened = net::open_listeners(admin_listen_, "admin", {admin_thread_.get()});
    if (!admin_opened) return fail(std::move(admin_opened.error()));

    public_config_ = {&public_, tls_->enabled() ? tls_.get() : nullptr, true};
    admin_config_ = {&*admin_, nullptr, false};
    for (std::size_t i = 0; i < threads_.size(); ++i) {
      acceptors_.push_back(
          std::make_unique<net::acceptor>(*threads_[i], std::move((*opened)[i]), public_config_, core_.limits));
    }
    admin_acceptor_ =
        std::make_unique<net::acceptor>(*admin_thread_, std::move(admin_opened->front()), admin_config_, admin_limits_);
    return {};
  }

  [[nodiscard]] actors::fanout& fanout() noexcept override {
    if (tapped_) return *tapped_;
    return core_.rooms;
  }
  [[nodiscard]] endpoint listening() const override { return listen_; }
  [[nodiscard]] endpoint admin_listening() const override { return admin_listen_; }

  void start(runtime::system& sys, node_info& info) override {
    core_.sys = &sys;
    core_.info = &info;
    if (before_) {
      if (auto begun = actors::gate::start(sys, before_); !begun) {
        LS_LOG(gateway, error, "nobody asks the hook before messages", {"why", begun.error()});
      }
    }
    for (std::size_t i = 0; i < threads_.size(); ++i) {
      acceptors_[i]->start();
      threads_[i]->start();
    }
    admin_acceptor_->start();
    admin_thread_->start();
    started_ = true;
  }

  void look_at_files() override { tls_->look(); }

  void drain(std::chrono::milliseconds limit) override {
    if (!started_ || stopped_) return;
    core_.draining.store(true, std::memory_order_relaxed);
    LS_LOG(gateway, info, "draining", {"clients", core_.counts.clients_open.value()});
    // What is left of the time is for closes to be answered.
    const auto until = core_.clock.now() + limit * 3 / 4;
    for (std::size_t i = 0; i < threads_.size(); ++i) {
      threads_[i]->post([this, i, until] {
        acceptors_[i]->close();
        threads_[i]->drain(until);
      });
    }
    wait_until_empty(std::chrono::steady_clock::now() + limit);
  }

  void stop() override {
    if (std::exchange(stopped_, true)) return;
    core_.draining.store(true, std::memory_order_relaxed);
    if (before_) before_->stop();
    if (after_) after_->stop();
    const auto close = [](net::io_thread& thread, std::unique_ptr<net::acceptor>& acceptor) {
      if (acceptor) thread.post([&acceptor] { acceptor->close(); });
      thread.stop();
    };
    for (std::size_t i = 0; i < threads_.size(); ++i) {
      if (started_) close(*threads_[i], acceptors_[i]);
    }
    if (started_) close(*admin_thread_, admin_acceptor_);
    for (const auto& thread : threads_) thread->join();
    admin_thread_->join();
  }

 private:
  /// The threads' work, looked at now and then: draining happens once in a node's life.
  void wait_until_empty(std::chrono::steady_clock::time_point until) {
    while (std::chrono::steady_clock::now() < until) {
      std::mutex mutex;
      std::condition_variable done;
      std::size_t missing = threads_.size();
      std::size_t open = 0;
      for (const auto& thread : threads_) {
        thread->post([&, t = thread.get()] {
          std::lock_guard lock(mutex);
          open += t->tracked_count();
          --missing;
          done.notify_one();
        });
      }
      std::unique_lock lock(mutex);
      done.wait(lock, [&] { return missing == 0; });
      if (open == 0) return;
      done.wait_for(lock, drain_poll, [] { return false; });
    }
    LS_LOG(gateway, warn, "clients left after draining", {"clients", core_.counts.clients_open.value()});
  }

  /// What the hook after messages has taken back, as an admin would.
  void withdraw(const hooks::withdrawal& w) {
    actors::room::moderate order;
    order.by = user_id{hook_name};
    order.as = actors::role::admin;
    order.off = w.off;
    order.why = w.why;
    auto told = runtime::make_reply<actors::room::moderated>([w](const result<actors::room::moderated>& done) {
      if (done) return;
      LS_LOG(gateway, warn, "what a hook withdraws stays", {"room", w.room.str()}, {"off", w.off.value()},
             {"why", done.error()});
    });
    if (core_.sys == nullptr) return;
    (void)core_.sys->tell({actors::room::kind, w.room.str()}, runtime::make_message(std::move(order)), std::move(told));
  }

  net::core core_;
  net::connection_limits admin_limits_;
  endpoint listen_;
  endpoint admin_listen_;
  std::unique_ptr<net::tls_source> tls_;
  net::public_service public_;
  std::optional<admin::admin_service> admin_;
  std::shared_ptr<hooks::before_hook> before_;
  std::unique_ptr<hooks::after_hook> after_;
  std::optional<hooks::tapped_fanout> tapped_;
  net::http_config public_config_;
  net::http_config admin_config_;
  std::vector<std::unique_ptr<net::io_thread>> threads_;
  std::unique_ptr<net::io_thread> admin_thread_;
  std::vector<std::unique_ptr<net::acceptor>> acceptors_;
  std::unique_ptr<net::acceptor> admin_acceptor_;
  bool started_ = false;
  bool stopped_ = false;
};

}  // namespace

result<std::unique_ptr<server>> server::make(options o, std::shared_ptr<const auth::token_authority> tokens,
                                             const clock_source& clock, metrics& registry) {
  if (o.io_threads == 0) return fail(errc::invalid, "the gateway needs at least one I/O thread");
  if (o.forwarded != forwarding::none && o.trusted.empty()) {
    return fail(errc::invalid, "a balancer's word is to be believed, but no address is trusted: name the balancers");
  }
  auto trusted = net::ip_networks::parse(o.trusted);
  if (!trusted) return fail(errc::invalid, "trusted addresses: " + trusted.error().detail);
  auto made = std::make_unique<net_server>(std::move(o), std::move(*trusted), std::move(tokens), clock, registry);
  if (auto opened = made->open(); !opened) return fail(std::move(opened.error()));
  return made;
}

}  // namespace lightstick::gateway
