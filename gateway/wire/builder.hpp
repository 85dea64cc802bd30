#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/wire/value.hpp"

namespace lightstick::gateway::wire {

/// Builds a tree from the events of a parser and keeps the bounds: the part of reading that both encodings share.
/// Every event returns false when it is refused; the parser must stop then, and `take` tells why.
class builder {
 public:
  explicit builder(const bounds& b) : bounds_(b) {}

  [[nodiscard]] bool add(value v);
  [[nodiscard]] bool add_string(std::string_view bytes);
  [[nodiscard]] bool add_number(double d);  ///< refuses NaN and infinity
  /// REQUIRES: the innermost open container is a map, and a value for each earlier key was added.
  [[nodiscard]] bool key(std::string_view bytes);

  /// `announced` elements or keys will follow, as far as the encoding says: too many are refused at once, and
  /// memory is set aside for a few at most.
  [[nodiscard]] bool begin_array(std::size_t announced = 0);
  [[nodiscard]] bool begin_map(std::size_t announced = 0);
  [[nodiscard]] bool end();  ///< of the innermost container; refuses a map with a key twice

  /// Refuses for a reason that the parser found.
  bool refuse(std::string why);
  [[nodiscard]] bool refused() const noexcept { return !why_.empty(); }

  /// The finished tree. Errors: invalid, with the first reason or `otherwise`.
  [[nodiscard]] result<value> take(std::string_view otherwise);

 private:
  [[nodiscard]] bool room_for_item();
  [[nodiscard]] bool room_for_container(std::size_t announced);
  [[nodiscard]] bool valid_string(std::string_view bytes);

  bounds bounds_;
  std::vector<value> open_;  ///< containers from the outermost to the innermost
  value root_;
  bool finished_ = false;
  std::uint32_t items_ = 0;
  std::string why_;
};

}  // namespace lightstick::gateway::wire
