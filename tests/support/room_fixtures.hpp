#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actors/fanout.hpp"
#include "actors/room/messages.hpp"

namespace lightstick::actors {

/// Keeps what a room has published.
class recording_fanout final : public fanout {
 public:
  void publish(std::shared_ptr<const room_batch> batch) override { batches.push_back(std::move(batch)); }
  void publish(std::shared_ptr<const room_change> change) override { changes.push_back(std::move(change)); }
  void call_roll(const room_id& room) override { rolls.push_back(room); }

  [[nodiscard]] std::vector<std::uint64_t> offsets() const {
    std::vector<std::uint64_t> out;
    for (const auto& b : batches) {
      for (const auto& m : b->messages) out.push_back(m->off.value());
    }
    return out;
  }

  std::vector<std::shared_ptr<const room_batch>> batches;
  std::vector<std::shared_ptr<const room_change>> changes;
  std::vector<room_id> rolls;
};

inline std::vector<std::uint64_t> offsets_of(const std::vector<chat_message_ptr>& messages) {
  std::vector<std::uint64_t> out;
  for (const auto& m : messages) out.push_back(m->off.value());
  return out;
}

/// `user` doubles as session and device.
inline room::publish say(const std::string& user, std::string text, std::string cid = {}) {
  room::publish p;
  p.session = session_id{user};
  p.user = user_id{user};
  p.device = device_id{user};
  p.name = user;
  p.cid = std::move(cid);
  p.text = std::move(text);
  return p;
}

inline room::join come(const std::string& user, std::uint32_t limit = 50) {
  room::join j;
  j.session = session_id{user};
  j.user = user_id{user};
  j.device = device_id{user};
  j.name = user;
  j.limit = limit;
  return j;
}

inline chat_message_ptr message_at(std::uint64_t off, std::string text = "hi") {
  auto m = std::make_shared<chat_message>();
  m->off = offset{off};
  m->text = std::move(text);
  m->user = user_id{"u"};
  m->name = "n";
  return m;
}

inline std::error_code code(errc e) { return make_error_code(e); }

}  // namespace lightstick::actors
