#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "actors/fanout.hpp"
#include "actors/gate/messages.hpp"
#include "runtime/base/result.hpp"

/// What goes over the wire to a hook and back (docs/hooks.md). Pure.
namespace lightstick::gateway::hooks {

using headers = std::vector<std::pair<std::string, std::string>>;
/// As Standard Webhooks sign: `webhook-id`, `webhook-timestamp` (seconds), and `webhook-signature`: "v1," and the base64 of HMAC-SHA256
/// over "id.timestamp.body".
[[nodiscard]] headers signed_headers(const std::string& secret, const std::string& id, wall_ms now,
                                     std::string_view body);

/// `{"type":"before","room","device","cid"?,"msg":{...}}`, `msg` as in the protocol, without an offset.
[[nodiscard]] std::string question_json(const actors::gate::question& q, wall_ms now);
/// `{"allow":true}` or `{"allow":false,"reason":"..."}`. Errors: invalid (anything else).
[[nodiscard]] result<actors::gate::verdict> read_verdict(unsigned status, std::string_view body);

/// Some messages of one room.
struct told {
  room_id room;
  actors::chat_message_ptr message;
};
/// `{"type":"after","messages":[{"room","msg":{...}}]}`, each `msg` as in the protocol.
[[nodiscard]] std::string told_json(std::span<const told> all);

struct withdrawal {
  room_id room;
  offset off;
  std::string why;
};
/// `{"withdraw":[{"room","off","why"?}]}`, at most `withdrawals_max`; nothing in an empty body. Errors: invalid.
inline constexpr std::size_t withdrawals_max = 1'000;
[[nodiscard]] result<std::vector<withdrawal>> read_withdrawals(std::string_view body);

}  // namespace lightstick::gateway::hooks
