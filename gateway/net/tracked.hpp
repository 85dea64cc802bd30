#pragma once

#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actors/revocations/messages.hpp"
#include "runtime/base/clock.hpp"

namespace lightstick::gateway::net {

/// A line of `admin connections`.
struct connection_row {
  std::string session, user, device, address;
  const char* encoding = "";
  std::chrono::milliseconds age{0};
  std::chrono::milliseconds idle{0};  ///< since a byte came from the client
  std::size_t queued_bytes = 0;
  std::uint64_t frames_in = 0, frames_out = 0;
  std::size_t rooms = 0;
  std::uint32_t unanswered = 0;
};

/// Something that lives on one I/O thread and has deadlines: in that thread's list from construction to destruction,
/// looked at by its one timer. Thread: that I/O thread.
class tracked : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  tracked() = default;
  tracked(const tracked&) = delete;
  tracked& operator=(const tracked&) = delete;
  virtual ~tracked() = default;

  /// Called about once a second. Must not destroy a tracked object before it returns.
  virtual void sweep(steady_time now) = 0;
  /// The node drains: end soon, in order.
  virtual void drain(steady_time until) = 0;
  /// End now.
  virtual void abort() = 0;
  /// Tokens were revoked: whoever came with one of them has to go.
  virtual void revoked(const actors::revocations::revocation& /*what*/) {}
  [[nodiscard]] virtual std::optional<connection_row> describe(steady_time /*now*/) const { return std::nullopt; }
};

using tracked_list = boost::intrusive::list<tracked, boost::intrusive::constant_time_size<false>>;

}  // namespace lightstick::gateway::net
