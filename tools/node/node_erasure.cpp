#include "tools/node/node_erasure.hpp"

#include "actors/room/messages.hpp"
#include "actors/user/messages.hpp"
#include "runtime/operators/dead_letters.hpp"

namespace lightstick::tools {
namespace {

/// Asks; the answer as the number that `count` makes of it.
template <class Answer, class Command, class Count>
void ask(runtime::system& sys, const actor_id& who, Command c, numbered_answer done, Count count) {
  auto r = runtime::make_reply<Answer>([done = std::move(done), count](result<Answer> got) mutable {
    done(got ? result<std::uint64_t>(count(*got)) : result<std::uint64_t>(fail(std::move(got.error()))));
  });
  (void)sys.tell(who, runtime::make_message(std::move(c)), std::move(r));
}

}  // namespace

actor_id node_erasure::about_to_ask(const room_id& room) {
  actor_id id{actors::room::kind, room.str()};
  if (!sys_.history_of(id).active) made_active_.insert(room);
  return id;
}

void node_erasure::wake(const room_id& room, numbered_answer done) {
  namespace kind = actors::room;
  ask<kind::opened>(sys_, about_to_ask(room), kind::open{}, std::move(done),
                    [](const kind::opened&) { return std::uint64_t{0}; });
}

void node_erasure::forget_in_room(const room_id& room, const user_id& user, numbered_answer done) {
  namespace kind = actors::room;
  ask<kind::erased>(sys_, about_to_ask(room), kind::erase{user}, std::move(done),
                    [](const kind::erased& e) { return e.messages; });
}

void node_erasure::let_go(const room_id& room) {
  if (made_active_.erase(room) == 0) return;
  // One that people have come to meanwhile refuses, and that is well.
  sys_.passivate({actors::room::kind, room.str()}, [](const result<void>&) {});
}

void node_erasure::forget_user(const user_id& user, numbered_answer done) {
  namespace kind = actors::user;
  ask<kind::erased>(sys_, {kind::kind, user.str()}, kind::erase{}, std::move(done),
                    [](const kind::erased& e) { return std::uint64_t{e.rooms}; });
}

void node_erasure::drop_letters(const user_id& user, numbered_answer done) {
  namespace dead = runtime::dead_letters;
  ask<dead::dropped_of>(sys_, {dead::kind, dead::key}, dead::drop_of{actors::user::kind, user.str()}, std::move(done),
                        [](const dead::dropped_of& d) { return d.letters; });
}

}  // namespace lightstick::tools
