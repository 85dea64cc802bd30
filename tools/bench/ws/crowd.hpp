#pragma once

#include <netinet/in.h>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "gateway/auth/tokens.hpp"
#include "tools/bench/ws/board.hpp"
#include "tools/bench/ws/dialect.hpp"
#include "tools/bench/ws/frames.hpp"

namespace lightstick::tools::bench::ws {

/// Members of one process; beyond it open files end.
inline constexpr std::size_t members_a_process_max = 18'000;

/// Who goes where, and says what.
struct crowd_plan {
  sockaddr_in server{};
  std::string host;  ///< "127.0.0.1:8080"
  dialect speaks = dialect::json;
  std::shared_ptr<const gateway::auth::token_authority> tokens;  ///< none: tokens are empty
  std::string room_prefix;
  std::size_t rooms = 1;
  std::size_t members = 1;  ///< of each room, its talker among them
  std::size_t text_bytes = 100;

  [[nodiscard]] std::size_t all() const noexcept { return rooms * members; }
  [[nodiscard]] std::string room_name(std::size_t room) const { return room_prefix + std::to_string(room); }
};

/// The members that one process plays: raw sockets on one epoll, in one thread. Pushes are not decoded but searched for
/// stamped texts; one in a thousand is decoded, and all of those who talk. The first member of each room is its talker.
///
/// Between two looks at its sockets it sleeps for half a millisecond, which latencies contain: a member that waited for
/// each message would have the server pay for waking it, as no server does whose members are behind a network.
///
/// Bounds: `window` entries under way; an entry that is refused is tried again after 50 ms, 40 times, then the crowd gives
/// up. What a talker could not send waits up to 1 MiB, beyond that its publishes count as rejected.
class crowd {
 public:
  /// Members `first` to `last` of `all()`, numbered room by room.
  crowd(const crowd_plan& plan, board& shared, tally& mine, std::size_t first, std::size_t last);
  ~crowd();
  crowd(const crowd&) = delete;
  crowd& operator=(const crowd&) = delete;
  /// Carries out orders until the process is ended.
  void run();

 private:
  enum class stage : unsigned char { out, connecting, upgrading, greeting, joining, in };
  struct fan {
    int fd = -1;
    stage at = stage::out;
    bool talker = false;
    std::uint8_t tries = 0;
    std::uint32_t room = 0;
    std::uint64_t newest = 0;  ///< offset, of what came last
    std::uint64_t next_id = first_publish_id;
    std::string rest;  ///< of a frame that is not whole
    std::string message;  ///< of frames that are not the last of theirs
    std::string unsent;
  };
  struct counts {
    std::uint64_t in = 0, retries = 0, closed = 0, sent = 0, acked = 0, rejected = 0, expected = 0, delivered = 0,
                  doubled = 0, gaps = 0, wrong = 0, last_ns = 0;
  };

  // crowd.cpp: orders and talk.
  void look_at_orders();
  void let_enter(std::uint64_t now);
  void talk(std::uint64_t now);
  void skip_to_own();
  [[nodiscard]] std::uint64_t due_of(std::uint64_t message) const noexcept;
  void count_missing();
  [[nodiscard]] std::uint64_t time_left(std::uint64_t now, std::uint64_t most) const noexcept;
  void nap(std::uint64_t now) const;
  void finish_order();
  void show_counts();
  void complain(const std::string& what);

  // crowd_io.cpp: sockets.
  void connect(fan& f);
  void ended(fan& f, const std::string& why);
  void drop(fan& f);
  void on_event(fan& f, std::uint32_t events);
  void read(fan& f);
  bool take_upgrade(fan& f, std::string_view& bytes);
  void on_frame(fan& f, const frame& fr, std::uint64_t now);
  void on_message(fan& f, std::string_view message, std::uint64_t now);
  void on_push(fan& f, std::string_view push, std::uint64_t now);
  void on_answers(fan& f, std::string_view content);
  void on_entry_answer(fan& f, const answer& a);
  void introduce(fan& f);
  void send(fan& f, std::string_view bytes);
  void flush(fan& f);

  const crowd_plan& plan_;
  board& shared_;
  tally& mine_;
  const std::size_t first_;
  std::vector<fan> fans_;
  std::vector<fan*> talkers_;  ///< by room; null: another process has it
  int epoll_ = -1;
  std::string buffer_;
  counts now_{};

  std::uint32_t order_ = 0;
  task doing_ = task::count;
  std::uint64_t talk_start_ns_ = 0;
  double per_s_ = 1;
  std::uint64_t message_ = 0;  ///< the next that is due, of all rooms
  std::uint64_t messages_ = 0;
  std::uint64_t seen_ = 0;

  std::size_t under_way_ = 0;  ///< entries
  std::deque<std::uint32_t> waiting_;
  std::uint64_t pause_until_ns_ = 0;
};

/// Nanoseconds of the steady clock, the same in all processes of a machine.
[[nodiscard]] std::uint64_t steady_ns() noexcept;

}  // namespace lightstick::tools::bench::ws
