#include "tools/node/node.hpp"

#include <atomic>
#include <future>

#include "actors/gate/gate_actor.hpp"
#include "actors/revocations/revocations_actor.hpp"
#include "actors/room/messages.hpp"
#include "actors/user/user_actor.hpp"
#include "cluster/embedded.hpp"
#include "cluster/local_log.hpp"
#include "runtime/base/clock.hpp"
#include "runtime/base/log.hpp"
#include "runtime/base/metrics.hpp"
#include "storage/store.hpp"
#include "tools/node/jobs.hpp"
#include "tools/node/minder.hpp"
#include "tools/node/node_erasure.hpp"
#include "tools/node/process_metrics.hpp"
#include "tools/node/stored_actors.hpp"
#include "tools/secret_file.hpp"

namespace lightstick::tools {
namespace {

constexpr std::chrono::seconds revocations_within{5};

}  // namespace

// Destroyed from the last to the first, so each may use those above it. The server is above the log, and so outlives
// it, because reads that still wait when the log ends are answered into the server.
struct node::parts {
  explicit parts(const config::node_config& c) : config(c) {}

  config::node_config config;
  metrics registry;
  std::unique_ptr<gateway::auth::key_keeper> keys;
  std::unique_ptr<storage::store> store;
  std::unique_ptr<cluster::embedded> coordination;
  std::unique_ptr<gateway::server> server;
  std::unique_ptr<cluster::local_log> log;
  std::unique_ptr<tools::jobs> jobs;
  std::unique_ptr<stored_actors> stored;
  std::unique_ptr<runtime::system> system;

  std::shared_ptr<const gateway::auth::token_authority> tokens;
  minder minding;  ///< ends first: it looks after the others

  result<void> read_keys();
  result<void> read_secret();
  result<void> open_store();
  result<void> open_server();
  result<void> start_actors();
  void learn_revocations();
  void ask_what_is_revoked(std::function<void()> told);
  void open_rooms();
};

/// A provider that cannot be reached keeps nobody else out: its keys are asked for again while the node runs.
result<void> node::parts::read_keys() {
  if (config.keys.from.empty()) return {};
  keys = gateway::auth::keep_keys(config.keys, system_clock_source(), registry);
  keys->wake_by([this] { minding.wake(); });
  minding.add([this](bool asked_for) { (void)keys->turn(asked_for); });
  auto had = keys->turn(true);
  if (!had && !config.keys.is_url()) return fail(std::move(had.error()));
  return {};
}

result<void> node::parts::read_secret() {
  auto secret = load_secret(config.secret_file);
  if (!secret) return fail(errc::invalid, secret.error().detail);
  auto made = gateway::auth::token_authority::make(std::move(*secret), config.tokens, keys ? keys->ring() : nullptr);
  if (!made) return fail(std::move(made.error()));
  tokens = std::move(*made);
  auto& hook = config.gateway.hook;
  if (hook.before.empty() && hook.after.empty()) return {};
  auto signs = load_secret(hook.secret_file);
  if (!signs) return fail(errc::invalid, signs.error().detail);
  config.gateway.hook_secret = std::move(*signs);
  auto& session = config.gateway.session;
  session.gated = !hook.before.empty();
  session.gate_opens = hook.before_opens;
  session.gate_limit = hook.before_limit * 2 + std::chrono::seconds{1};
  return {};
}

result<void> node::parts::open_store() {
  auto options = config.storage;
  options.path = config.data;
  auto opened = storage::store::open(std::move(options), registry, system_clock_source());
  if (!opened) return fail(std::move(opened.error()));
  store = std::move(*opened);
  auto started = cluster::embedded::start(*store, config.gateway.node);
  if (!started) return fail(std::move(started.error()));
  coordination = std::move(*started);
  return {};
}

result<void> node::parts::open_server() {
  auto made = gateway::server::make(config.gateway, tokens, system_clock_source(), registry);
  if (!made) return fail(std::move(made.error()));
  server = std::move(*made);
  minding.add([this](bool /*asked_for*/) { server->look_at_files(); });
  return {};
}

result<void> node::parts::start_actors() {
  log = std::make_unique<cluster::local_log>(*store, *coordination, config.log, registry);
  jobs = std::make_unique<tools::jobs>(*store, config.data);
  stored = std::make_unique<stored_actors>(*store, *log, *coordination, jobs.get());
  auto started = runtime::system::start(config.runtime, log.get(), system_clock_source(), registry);
  if (!started) return fail(std::move(started.error()));
  system = std::move(*started);
  actors::user::register_kind(*system);
  actors::room::register_kind(*system, server->fanout(), store->history(), config.room, &registry);
  actors::revocations::register_kind(*system);
  actors::gate::register_kind(*system, config.gateway.hook.waiting + config.gateway.hook.parallel);
  actors::session::register_kind(*system, config.gateway.session);
  jobs->can_erase(std::make_unique<node_erasure>(*store, *system));
  return {};
}

void node::parts::ask_what_is_revoked(std::function<void()> told) {
  using actors::revocations::listed;
  auto answer = [known = tokens, told = std::move(told)](const result<listed>& got) {
    if (got) known->revoked().know(got->entries);
    if (!got)
      LS_LOG(tools, error, "it is not known which tokens are revoked: only admins get in", {"why", got.error()});
    told();
  };
  (void)system->tell({actors::revocations::kind, actors::revocations::key},
                     runtime::make_message(actors::revocations::list{}),
                     runtime::make_reply<listed>(std::move(answer)));
}

/// Before the first client. A journal that cannot be read keeps everybody but operators out, who come to mend it; it is
/// asked again once a second.
void node::parts::learn_revocations() {
  tokens->revoked().forget();
  auto told = std::make_shared<std::promise<void>>();
  auto asked = std::make_shared<std::atomic<bool>>(true);
  auto done = told->get_future();
  ask_what_is_revoked([told, asked] {
    *asked = false;
    told->set_value();
  });
  if (done.wait_for(revocations_within) != std::future_status::ready) {
    LS_LOG(tools, error, "it is not known which tokens are revoked: the disk has not answered in time");
  }
  minding.add([this, asked](bool /*asked_for*/) {
    if (tokens->revoked().known() || asked->exchange(true)) return;
    ask_what_is_revoked([asked] { *asked = false; });
  });
}

/// So that rooms which are shown from the start exist from the start. One that cannot be opened keeps nobody else waiting.
void node::parts::open_rooms() {
  for (const auto& name : config.gateway.rooms) {
    auto told = runtime::make_reply<actors::room::opened>([name](const result<actors::room::opened>& done) {
      if (!done) LS_LOG(tools, warn, "a room of web.rooms could not be opened", {"room", name}, {"why", done.error()});
    });
    (void)system->tell({actors::room::kind, name}, runtime::make_message(actors::room::open{}), std::move(told));
  }
}

node::node(std::unique_ptr<parts> p) : parts_(std::move(p)) {}

result<std::unique_ptr<node>> node::start(const config::node_config& c) {
  auto made = std::make_unique<parts>(c);
  add_process_metrics(made->registry);
  for (auto step :
       {&parts::read_keys, &parts::read_secret, &parts::open_store, &parts::open_server, &parts::start_actors}) {
    if (auto done = ((*made).*step)(); !done) return fail(std::move(done.error()));
  }
  made->learn_revocations();
  made->server->start(*made->system, *made->stored);
  made->open_rooms();
  made->minding.start();
  return std::unique_ptr<node>(new node(std::move(made)));
}

void node::stop() {
  if (!parts_) return;
  parts_->minding.stop();
  parts_->server->drain(parts_->config.drain_within);
  parts_->jobs->stop();  // it asks actors
  parts_->system->stop(parts_->config.stop_within);
  parts_->server->stop();
  parts_.reset();
}

node::~node() { stop(); }

void node::read_files_again() { parts_->minding.look_now(); }

std::string node::client_url() const {
  return (parts_->config.gateway.tls.certificate.empty() ? "http://" : "https://") +
         gateway::to_string(parts_->server->listening());
}

// The admin listener speaks http whether clients use TLS or not.
std::string node::admin_url() const { return "http://" + gateway::to_string(parts_->server->admin_listening()); }

}  // namespace lightstick::tools
