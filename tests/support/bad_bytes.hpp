#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/support/value.hpp"

/// Catalogues of what a node must bear. Pure.
namespace lightstick::test {

struct bad_bytes {
  std::string name;
  std::string bytes;
};

/// A valid publish with every field, id 7.
[[nodiscard]] value whole_publish(const std::string& room);

/// Payloads of one WebSocket message that are no frame: truncated, with a tail, too deep, of claimed sizes that are
/// not there, not UTF-8, numbers out of range. Each closes the connection.
[[nodiscard]] std::vector<bad_bytes> no_frames(encoding e);

/// Frames of known ops, each with a field of a wrong type, an impossible value, or none. Each has an id and is
/// answered; the connection stays.
[[nodiscard]] std::vector<value> wrong_frames(const std::string& room);

/// Random bytes, or a valid frame with a few bytes changed, cut out or put in.
[[nodiscard]] std::string random_bytes(std::mt19937_64& random, std::size_t bytes_max);
[[nodiscard]] std::string mutate(std::mt19937_64& random, std::string bytes);

/// What may be sent to an HTTP port that is no HTTP, or too much of it.
[[nodiscard]] std::vector<bad_bytes> no_http();

/// Sequences of WebSocket frames that RFC 6455 forbids, to be sent after the upgrade.
[[nodiscard]] std::vector<bad_bytes> no_websocket(encoding e);

}  // namespace lightstick::test
