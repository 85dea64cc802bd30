#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/base/clock.hpp"
#include "runtime/base/ids.hpp"

namespace lightstick::actors::room {

/// Which reactions of one device were counted. Exact for the `window` numbers before the highest, and for all up to
/// `solid`; what is neither is `lost`: it is not known, and therefore not counted again.
struct device_mark {
  static constexpr std::uint64_t window = 64;
  enum class is : std::uint8_t { fresh, counted, lost };

  device_id device;
  std::uint64_t from = 0;   ///< up to here nothing is known: it was before this mark
  std::uint64_t solid = 0;  ///< all from there up to here were counted
  std::uint64_t high = 0;   ///< the highest that was counted; `from` when none was
  std::uint64_t seen = 0;   ///< of the `window` before `high`, which were counted; bit 0 is high - 1
  static constexpr auto fields =
      std::tuple(&device_mark::device, &device_mark::from, &device_mark::solid, &device_mark::high, &device_mark::seen);
  [[nodiscard]] is look(std::uint64_t seq) const noexcept;
  /// REQUIRES: it is fresh.
  void count(std::uint64_t seq) noexcept;
  friend bool operator==(const device_mark&, const device_mark&) = default;
};

/// The marks of one user's devices. Bound: `devices_max`; the one that was used longest ago makes place, and raises
/// `floor` to its highest number: a device that is not known counts above that only.
struct user_marks {
  static constexpr std::size_t devices_max = 8;

  std::uint64_t floor = 0;
  wall_ms ts{};                      ///< of the last that was counted
  std::vector<device_mark> devices;  ///< the one used last is last
  static constexpr auto fields = std::tuple(&user_marks::floor, &user_marks::ts, &user_marks::devices);
  [[nodiscard]] const device_mark* find(const device_id& device) const noexcept;
  [[nodiscard]] device_mark::is look(const device_id& device, std::uint64_t seq) const noexcept;
  /// REQUIRES: it is fresh.
  void count(const device_id& device, std::uint64_t seq, wall_ms now);
  /// What the device goes on above.
  [[nodiscard]] std::uint64_t base(const device_id& device) const noexcept;
  /// The highest number of all.
  [[nodiscard]] std::uint64_t highest() const noexcept;
  [[nodiscard]] bool valid() const noexcept;
  friend bool operator==(const user_marks&, const user_marks&) = default;
};

/// Of the users whose marks were forgotten: no number above `seq` was counted of any that `bucket_of` puts there.
struct bucket_floor {
  std::uint32_t bucket = 0;
  std::uint64_t seq = 0;
  static constexpr auto fields = std::tuple(&bucket_floor::bucket, &bucket_floor::seq);
  friend bool operator==(const bucket_floor&, const bucket_floor&) = default;
};

/// The floors of all whose marks were forgotten, without their names. Part of the durable state.
class forgotten_floors {
 public:
  static constexpr std::uint32_t buckets = 1'024;
  [[nodiscard]] static std::uint32_t bucket_of(const user_id& user) noexcept;

  [[nodiscard]] std::uint64_t of(const user_id& user) const noexcept;
  /// A lower one changes nothing. REQUIRES: bucket < buckets.
  void raise(const bucket_floor& to);
  [[nodiscard]] std::vector<bucket_floor> all() const;
  [[nodiscard]] bool empty() const noexcept { return by_bucket_.empty(); }
  friend bool operator==(const forgotten_floors&, const forgotten_floors&) = default;

 private:
  std::vector<std::uint64_t> by_bucket_;  ///< of no size while nothing was forgotten
};

/// The marks of all who reacted lately: rows, and in memory all of them. Not thread-safe. Who decides keeps the bound.
class reaction_marks {
 public:
  [[nodiscard]] const user_marks* find(const user_id& user) const;
  void set(const user_id& user, user_marks m);
  /// They are gone; what they were.
  std::optional<user_marks> take(const user_id& user);
  /// Who has not reacted for the longest time. REQUIRES: there is somebody.
  [[nodiscard]] const user_id& oldest() const { return by_age_.begin()->second; }
  [[nodiscard]] std::size_t size() const noexcept { return by_user_.size(); }
  friend bool operator==(const reaction_marks& a, const reaction_marks& b) { return a.by_user_ == b.by_user_; }

 private:
  std::unordered_map<user_id, user_marks> by_user_;
  std::set<std::pair<std::int64_t, user_id>> by_age_;
};

/// The key of a user's row of marks; no other mark's begins with this byte, as no user has an empty name.
[[nodiscard]] std::string reaction_key(const user_id& user);
/// None: it is the key of another mark.
[[nodiscard]] std::optional<user_id> parse_reaction_key(std::string_view key);

}  // namespace lightstick::actors::room
