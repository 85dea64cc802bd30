#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/rooms/node.hpp"
#include "tests/sim/rooms/stage.hpp"

namespace lightstick::sim {

/// One device of a user: connects, resumes, joins, talks, reads, leaves and goes, and says again what it has no answer to.
/// Compares all it is told with the models.
class device final : public client_ear {
 public:
  /// REQUIRES: the stage outlives it.
  device(stage& on, std::size_t user, std::size_t number);
  device(const device&) = delete;
  device& operator=(const device&) = delete;

  void begin() { think_later(); }
  /// Ends its connection, for good when all is over.
  void go_home() {
    if (connection_ != 0) disconnect();
  }
  void hear(std::uint64_t connection, heard what) override;
  /// It waits for nothing. Only when all is over does it stay so.
  [[nodiscard]] bool content() const noexcept { return asked_.empty() && says_.empty() && inbox_.empty(); }
  [[nodiscard]] std::string describe() const;

 private:
  /// Something to say, until it is known what became of it.
  struct saying {
    std::string room;
    std::string cid;
    std::string text;
    steady_time since;
    std::uint32_t under_way = 0;  ///< publishes of it without an answer
    bool perhaps = false;  ///< one of them may have happened
    bool resting = false;  ///< is said again later
  };
  /// What was known of a room when something was asked.
  struct known {
    room_model::moment room;
    std::uint64_t read = 0;  ///< the user's cursor is not before it
    bool entered = false;
  };
  struct question {
    request what;
    std::map<std::string, known> then;
  };
  struct listening {
    bool live = false;
    std::uint64_t at = 0;
  };

  void think_later();
  void think();
  void act();
  void connect();
  void disconnect();
  void lost();
  void ask(request what);
  void say_something();
  void say(saying& s);
  void say_again_later(saying& s);
  void give_up(saying& s);
  [[nodiscard]] saying* find(const std::string& cid);
  void drop(const std::string& cid);
  void join(const std::string& room);
  void join_or_leave();
  void read_history();
  void move_cursor();
  [[nodiscard]] std::string any_room();
  [[nodiscard]] actors::session::request_id next_id() { return ++ids_; }

  void hear_next();
  void on(answered& a);
  void on(refused& r);
  void on(pushed& p);
  void on(moved& m);
  void on(closed& c);
  void on_welcome(const question& q, const actors::session::welcome& w);
  void on_join(const question& q, const actors::session::join_result& j, std::optional<std::uint64_t> since);
  void check_cursor(const std::string& room, std::uint64_t read, std::uint64_t least);
  void on_cursor_refused(const question& q, const error& why);
  void publish_done(const actors::session::publish& p, const actors::session::published& done);
  void publish_refused(const actors::session::publish& p, const error& why);
  void page_came(const question& q, const actors::session::history_page& page);

  stage& on_;
  std::size_t user_;
  std::string name_;
  std::uint64_t connection_ = 0;
  bool welcomed_ = false;
  std::deque<std::pair<std::uint64_t, heard>> inbox_;
  std::map<actors::session::request_id, question> asked_;
  std::map<std::string, listening> in_;  ///< on this connection
  std::map<std::string, std::uint64_t> read_up_to_;  ///< rooms to come back to, and how far they were heard
  std::map<std::string, std::uint64_t> cursor_heard_;
  std::deque<saying> says_;
  std::uint64_t ids_ = 0;
  std::uint64_t cids_ = 0;
  bool thinking_ = false;
};

}  // namespace lightstick::sim
