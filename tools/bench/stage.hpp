#pragma once

#include <memory>
#include <vector>

#include "actors/room/messages.hpp"
#include "cluster/embedded.hpp"
#include "cluster/local_log.hpp"
#include "runtime/system.hpp"
#include "storage/engine.hpp"
#include "storage/store.hpp"

namespace lightstick::tools::bench {

/// A node without a gateway: store, log, actors, the real kinds. What rooms publish goes nowhere.
class stage {
 public:
  /// Over a data folder, or over an engine that the caller made. Errors: those of the parts.
  [[nodiscard]] static result<std::unique_ptr<stage>> open(const std::filesystem::path& data);
  [[nodiscard]] static result<std::unique_ptr<stage>> over(std::unique_ptr<storage::engine> disk);
  ~stage();
  stage(const stage&) = delete;
  stage& operator=(const stage&) = delete;

  [[nodiscard]] storage::store& store() noexcept;
  [[nodiscard]] runtime::system& actors() noexcept;
  /// Waits until all rooms have gone, asking them to. False when they do not.
  [[nodiscard]] bool passivate(const std::vector<std::string>& rooms);

 private:
  struct parts;
  explicit stage(std::unique_ptr<parts> p);
  static result<std::unique_ptr<stage>> with(result<std::unique_ptr<storage::store>> opened, std::unique_ptr<parts> p);
  std::unique_ptr<parts> parts_;
};

/// Asks every room to go until none is active. False when they do not.
[[nodiscard]] bool passivate_rooms(runtime::system& actors, const std::vector<std::string>& rooms);

/// A fan and what it says. Its session, user and device are made of `number`.
[[nodiscard]] actors::room::join fan_joins(std::uint64_t number);
[[nodiscard]] actors::room::publish fan_says(std::uint64_t number, std::string text, std::string cid);

/// What a room has on disk.
struct stored_room {
  std::uint32_t in_snapshot = 10;    ///< messages before the snapshot
  std::uint32_t after_snapshot = 0;  ///< events after it
  bool marked = false;               ///< those have marks that live on
  std::uint32_t text_bytes = 200;
};
/// Writes rooms through the store, as their actors would have. Errors: as the store's.
[[nodiscard]] result<void> write_rooms(storage::store& into, const std::vector<std::string>& names, stored_room what);

}  // namespace lightstick::tools::bench
