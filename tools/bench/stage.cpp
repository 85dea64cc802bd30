#include "tools/bench/stage.hpp"

#include "actors/room/room_actor.hpp"
#include "actors/session/session_actor.hpp"
#include "actors/user/user_actor.hpp"
#include "tools/bench/scratch.hpp"

namespace lightstick::tools::bench {
namespace {

class nowhere final : public actors::fanout {
 public:
  void publish(std::shared_ptr<const actors::room_batch> /*batch*/) override {}
  void publish(std::shared_ptr<const actors::room_change> /*change*/) override {}
  void call_roll(const room_id& /*room*/) override {}
};

}  // namespace

struct stage::parts {
  metrics registry;
  nowhere out;
  std::unique_ptr<storage::store> store;
  std::unique_ptr<cluster::embedded> coordination;
  std::unique_ptr<cluster::local_log> log;
  std::unique_ptr<runtime::system> system;
};

stage::stage(std::unique_ptr<parts> p) : parts_(std::move(p)) {}

stage::~stage() {
  if (parts_->system) parts_->system->stop(std::chrono::seconds{10});
}

storage::store& stage::store() noexcept { return *parts_->store; }
runtime::system& stage::actors() noexcept { return *parts_->system; }
bool stage::passivate(const std::vector<std::string>& rooms) { return passivate_rooms(actors(), rooms); }

result<std::unique_ptr<stage>> stage::with(result<std::unique_ptr<storage::store>> opened, std::unique_ptr<parts> p) {
  if (!opened) return fail(std::move(opened.error()));
  p->store = std::move(*opened);
  auto owner = cluster::embedded::start(*p->store, node_id{"bench"});
  if (!owner) return fail(std::move(owner.error()));
  p->coordination = std::move(*owner);
  p->log = std::make_unique<cluster::local_log>(*p->store, *p->coordination, cluster::local_log_options{}, p->registry);
  auto started = runtime::system::start({}, p->log.get(), system_clock_source(), p->registry);
  if (!started) return fail(std::move(started.error()));
  p->system = std::move(*started);
  actors::user::register_kind(*p->system);
  actors::room::register_kind(*p->system, p->out, p->store->history(), {});
  actors::session::register_kind(*p->system, {});
  return std::unique_ptr<stage>(new stage(std::move(p)));
}

result<std::unique_ptr<stage>> stage::open(const std::filesystem::path& data) {
  auto p = std::make_unique<parts>();
  storage::options how;
  how.path = data;
  auto opened = storage::store::open(std::move(how), p->registry, system_clock_source());
  return with(std::move(opened), std::move(p));
}

result<std::unique_ptr<stage>> stage::over(std::unique_ptr<storage::engine> disk) {
  auto p = std::make_unique<parts>();
  auto opened = storage::store::over(std::move(disk), {}, p->registry, system_clock_source());
  return with(std::move(opened), std::move(p));
}

bool passivate_rooms(runtime::system& actors, const std::vector<std::string>& rooms) {
  return wait_for([&] {
    for (const auto& name : rooms) actors.passivate({actors::room::kind, name}, [](const result<void>& /*gone*/) {});
    // What was asked of the actors is done before the next round.
    std::this_thread::sleep_for(std::chrono::milliseconds{300});
    return actors.count(actors::room::kind) == 0;
  });
}

actors::room::join fan_joins(std::uint64_t number) {
  actors::room::join j;
  j.session = session_id{numbered("sess", number)};
  j.user = user_id{numbered("user", number)};
  j.device = device_id{"phone"};
  j.name = "Fan " + std::to_string(number);
  j.limit = 10;
  return j;
}

actors::room::publish fan_says(std::uint64_t number, std::string text, std::string cid) {
  actors::room::publish p;
  p.session = session_id{numbered("sess", number)};
  p.user = user_id{numbered("user", number)};
  p.device = device_id{"phone"};
  p.name = "Fan " + std::to_string(number);
  p.text = std::move(text);
  p.cid = std::move(cid);
  return p;
}

}  // namespace lightstick::tools::bench
