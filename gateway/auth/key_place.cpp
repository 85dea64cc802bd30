#include "gateway/auth/key_place.hpp"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>

#include "gateway/file_stamp.hpp"
#include "gateway/http_client.hpp"
#include "gateway/net/text.hpp"

namespace lightstick::gateway::auth {
namespace {

constexpr std::chrono::milliseconds call_limit{5'000};
constexpr std::chrono::milliseconds file_interval{1'000};

result<looked> look_at_url(const key_place& place) {
  http_call call;
  call.url = place.from;
  call.ca_file = place.ca_file;
  call.limit = call_limit;
  call.body_bytes_max = key_set::bytes_max;
  auto reply = call_http(call);
  if (!reply) return fail(std::move(reply.error()));
  if (reply->status != 200) {
    return fail(errc::unavailable, "it is answered with " + std::to_string(reply->status) + " instead of 200");
  }
  auto keys = key_set::read(reply->body);
  if (!keys) return fail(std::move(keys.error()));
  return looked{std::move(*keys), max_age_of(reply->cache_control)};
}

}  // namespace

result<key_set> read_key_file(const std::string& path) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::string text(key_set::bytes_max + 1, '\0');
  if (in) in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad()) {
    return fail(errc::invalid, "key set " + path + " cannot be read: " + std::strerror(errno == 0 ? EIO : errno));
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  auto keys = key_set::read(text);
  if (!keys) return fail(errc::invalid, path + ": " + keys.error().detail);
  return keys;
}

std::optional<std::chrono::seconds> max_age_of(std::string_view cache_control) {
  constexpr std::string_view name = "max-age=";
  std::optional<std::chrono::seconds> age;
  for (const auto part : net::split(cache_control, ',')) {
    const auto word = net::trimmed(part);
    if (net::equal_ignoring_case(word, "no-store") || net::equal_ignoring_case(word, "no-cache")) {
      return std::chrono::seconds{0};
    }
    if (!net::equal_ignoring_case(word.substr(0, name.size()), name)) continue;
    const auto digits = word.substr(name.size());
    std::uint32_t seconds = 0;
    const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
    if (wrong == std::errc::result_out_of_range) seconds = UINT32_MAX;
    if (wrong == std::errc::invalid_argument || end != digits.data() + digits.size()) continue;
    age = std::chrono::seconds{seconds};
  }
  return age;
}

std::unique_ptr<key_keeper> keep_keys(const key_place& place, const clock_source& clock, metrics& registry) {
  if (place.is_url()) {
    return std::make_unique<key_keeper>(
        place.from, place.times, [place] { return look_at_url(place); }, clock, registry);
  }
  auto look = [path = place.from, seen = std::optional<file_stamp>()]() mutable -> result<looked> {
    auto now = stamp_of(path);
    if (now && now == seen) return looked{};
    auto keys = read_key_file(path);
    if (!keys) {
      seen.reset();
      return fail(std::move(keys.error()));
    }
    seen = now;
    return looked{std::move(*keys), std::nullopt};
  };
  return std::make_unique<key_keeper>(place.from, key_times{file_interval, file_interval}, std::move(look), clock,
                                      registry);
}

}  // namespace lightstick::gateway::auth
