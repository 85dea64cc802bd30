#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "actors/fanout.hpp"
#include "actors/session/client_port.hpp"
#include "actors/session/session_actor.hpp"
#include "tests/sim/machine.hpp"

namespace lightstick::sim {

using request =
    std::variant<actors::session::begin, actors::session::join, actors::session::leave, actors::session::publish,
                 actors::session::history, actors::session::read, actors::session::presence>;

struct answered {
  actors::session::request_id id = 0;
  actors::session::answer_body body;
};
struct refused {
  actors::session::request_id id = 0;
  error why;
};
struct pushed {
  std::string room;
  std::vector<actors::chat_message_ptr> messages;
};
struct moved {
  actors::user::room_cursor at;
};
struct closed {
  std::string why;
};
/// What comes out of a connection, in order.
using heard = std::variant<answered, refused, pushed, moved, closed>;

/// The client's end of a connection. Called from steps of the process; hands on.
class client_ear {
 public:
  virtual ~client_ear() = default;
  virtual void hear(std::uint64_t connection, heard what) = 0;
};

/// The edge of a node in small, with the rules of the real one: a subscription is there before the session hears of the
/// join, what comes before its answer is held, what it shows already is skipped, and a gap ends the connection.
/// Checks that every request is answered once, and that batches have no gap.
class gate final : public actors::fanout {
 public:
  struct rules {
    actors::session::options sessions;
    /// A room that starts again may not publish all of what was missed: reads fail, it is too old, or too much at once.
    bool gaps = false;
  };
  /// REQUIRES: machine and actors outlive it.
  gate(machine& on, rules r) : on_(on), rules_(std::move(r)), numbers_(on.loop.steps() * 1000) {}
  ~gate() override;
  gate(const gate&) = delete;
  gate& operator=(const gate&) = delete;

  void open_to(runtime::system& actors) { actors_ = &actors; }
  /// A connection that has shown a valid token. Errors: as session::start. REQUIRES: `ear` outlives the gate.
  [[nodiscard]] result<std::uint64_t> connect(actors::session::identity who, client_ear& ear,
                                              const std::string& session);
  void ask(std::uint64_t number, request what);
  void disconnect(std::uint64_t number);
  /// Throws violation when rooms have pushed what they must not.
  void check() const;
  /// A request that waits for its answer, for people; empty: none.
  [[nodiscard]] std::string unanswered() const;
  [[nodiscard]] bool has(std::uint64_t number) const { return open_.contains(number); }

  void publish(std::shared_ptr<const actors::room_batch> batch) override;
  void publish(std::shared_ptr<const actors::room_change> /*change*/) override {}
  void call_roll(const room_id& room) override;

 private:
  class port;
  struct subscription {
    bool live = false;
    std::uint64_t floor = 0;
    std::vector<std::shared_ptr<const actors::room_batch>> held;
  };
  struct connection {
    std::uint64_t number = 0;
    actor_id session;
    client_ear* ear = nullptr;
    std::map<std::string, subscription> rooms;
    struct open_request {
      std::set<std::string> joins;  ///< rooms
      steady_time since;
    };
    std::map<actors::session::request_id, open_request> unanswered;
    std::deque<heard> from_session;
  };
  struct news {
    std::shared_ptr<const actors::room_batch> batch;  ///< null: a roll is called
    room_id room;
  };

  void from_session(std::uint64_t number, heard what);
  void pass_on(std::uint64_t number);
  /// Takes the request off those without answer. Throws violation when it is none of them, or comes late.
  connection::open_request answer_to(connection& c, actors::session::request_id id);
  void settle(connection& c, answered& a);
  void joined(connection& c, const std::string& room, std::uint64_t at);
  void bring_news();
  /// False when the connection is gone.
  bool give(connection& c, subscription& s, const actors::room_batch& batch);
  void say_goodbye(const actor_id& session);
  void end(std::uint64_t number, std::string why);

  void found(std::string what) {
    if (found_.empty()) found_ = std::move(what);
  }

  machine& on_;
  rules rules_;
  std::string found_;
  runtime::system* actors_ = nullptr;
  std::map<std::uint64_t, connection> open_;
  std::deque<news> news_;
  std::map<std::string, std::uint64_t> published_;  ///< up to where, by room
  std::uint64_t numbers_;  ///< others than those of earlier processes, of which something may still be heard
  std::shared_ptr<gate*> self_ = std::make_shared<gate*>(this);  ///< ports may outlive it
};

}  // namespace lightstick::sim
