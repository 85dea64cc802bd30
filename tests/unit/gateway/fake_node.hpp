#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "gateway/gateway.hpp"
#include "runtime/operators/audit.hpp"

namespace lightstick::gateway {

/// A system with one room, `room/lobby`, and an audit journal that does as it is told.
class no_actors final : public runtime::system {
 public:
  enum class journal : std::uint8_t { writes, refuses, hangs };
  std::atomic<journal> audit{journal::writes};

  [[nodiscard]] std::vector<runtime::audit::entry> audited() {
    std::lock_guard lock(mutex_);
    return entries_;
  }

  void register_kind(runtime::kind_options /*options*/) override {}
  using runtime::system::tell;
  result<void> tell(const actor_id& to, runtime::message_ptr m, runtime::reply r,
                    const runtime::call_options& /*how*/) override {
    if (to.kind != runtime::audit::kind) return {};
    std::unique_lock lock(mutex_);
    if (runtime::body_of<runtime::audit::list>(*m) != nullptr) {
      runtime::audit::listed all{entries_, false};
      lock.unlock();
      r.ok(std::move(all));
      return {};
    }
    switch (audit.load()) {
      case journal::hangs: hanging_.push_back(std::move(r)); return {};
      case journal::refuses:
        lock.unlock();
        r.failed({make_error_code(errc::corrupt), "audit/node is quarantined"});
        return {};
      case journal::writes: break;
    }
    if (auto* e = runtime::body_of<runtime::audit::record>(*m); e != nullptr) entries_.push_back(e->what);
    lock.unlock();
    r.ok(runtime::audit::recorded{1});
    return {};
  }
  result<void> spawn(const actor_id& /*id*/, std::unique_ptr<runtime::logic> /*behaviour*/) override { return {}; }
  [[nodiscard]] std::vector<runtime::actor_info> list(std::string_view kind, runtime::actor_order /*order*/,
                                                      std::size_t rows_max) const override {
    runtime::actor_info lobby;
    lobby.id = {"room", "lobby"};
    lobby.mailbox = 3;
    if (rows_max == 0 || (!kind.empty() && kind != "room")) return {};
    return {lobby};
  }
  [[nodiscard]] std::size_t count(std::string_view /*kind*/) const override { return 1; }
  void inspect(const actor_id& id, unique_function<void(result<runtime::actor_report>)> done) override {
    if (id != actor_id{"room", "lobby"}) return done(fail(errc::not_found));
    runtime::actor_report report;
    report.info.id = id;
    report.epoch = lightstick::epoch{7};
    report.state = {{"last_offset", "45"}};
    done(std::move(report));
  }
  void passivate(const actor_id& /*id*/, unique_function<void(result<void>)> done) override {
    std::lock_guard lock(mutex_);
    changes_.push_back(std::move(done));  // never ends
  }
  void restart(const actor_id& /*id*/, unique_function<void(result<void>)> done) override {
    ++restarts;
    done({});
  }
  std::atomic<int> restarts{0};

  [[nodiscard]] runtime::actor_history history_of(const actor_id& /*id*/) const override { return {}; }
  [[nodiscard]] result<std::unique_ptr<runtime::tap>> tap(const actor_id& /*id*/,
                                                          runtime::tap_options /*how*/) override {
    return fail(errc::overloaded);
  }
  [[nodiscard]] std::vector<runtime::slow_actor> slow() const override { return {}; }
  [[nodiscard]] std::vector<runtime::actor_info> quarantined(std::size_t /*rows_max*/) const override { return {}; }
  [[nodiscard]] std::vector<runtime::unreadable_actor> unreadable(std::size_t /*rows_max*/) const override {
    return {};
  }
  void stop(std::chrono::milliseconds /*limit*/) override {}
  /// As an entry that an earlier version has let in.
  void keep(runtime::audit::entry e) {
    std::lock_guard lock(mutex_);
    entries_.push_back(std::move(e));
  }

 private:
  std::mutex mutex_;
  std::vector<runtime::audit::entry> entries_;
  std::vector<runtime::reply> hanging_;
  std::vector<unique_function<void(result<void>)>> changes_;
};

/// One job at a time, which ends when it is told to.
class fake_jobs final : public node_jobs {
 public:
  [[nodiscard]] result<std::string> start(std::string_view /*kind*/, std::string_view order,
                                          outcome_listener ended) override {
    if (running) return fail(errc::overloaded, "the node is busy");
    last_order = order;
    running = std::move(ended);
    return R"({"job":1})";
  }
  [[nodiscard]] result<std::string> status(std::string_view /*kind*/) const override { return R"({"job":1})"; }

  std::string last_order;
  outcome_listener running;
};

class one_stored final : public node_info {
 public:
  void inspect_stored(const actor_id& id, unique_function<void(result<runtime::inspection>)> done) override {
    if (id != actor_id{"room", "asleep"}) return done(fail(errc::not_found));
    done(runtime::inspection{{"last_offset", "9"}});
  }
  [[nodiscard]] std::optional<placement> where(partition /*p*/) const override {
    return placement{node_id{"n1"}, true, lightstick::epoch{7}};
  }
  [[nodiscard]] std::optional<std::string> unready() const override {
    if (hangs) return "a commit has waited for the disk for 17 s";
    return std::nullopt;
  }
  [[nodiscard]] node_jobs* jobs() noexcept override { return &work; }

  std::atomic<bool> hangs{false};
  fake_jobs work;
};

}  // namespace lightstick::gateway
