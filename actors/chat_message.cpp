#include "actors/chat_message.hpp"

#include <array>

namespace lightstick::actors {
namespace {

constexpr std::array<std::string_view, 4> role_names{"fan", "artist", "moderator", "admin"};

class actors_category_impl final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "lightstick.actors"; }
  [[nodiscard]] std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::internal: return "internal error";
      case errc::unauthenticated: return "unauthenticated";
      case errc::room_not_found: return "room not found";
      case errc::forbidden: return "forbidden";
      case errc::bad_request: return "bad request";
      case errc::token_expired: return "token expired";
      case errc::rate_limited: return "rate limited";
      case errc::room_full: return "room full";
      case errc::muted: return "muted";
      case errc::slow_mode: return "slow mode";
      case errc::filtered: return "filtered";
      case errc::overloaded: return "overloaded";
      case errc::unavailable: return "unavailable";
    }
    return "unknown error";
  }
  [[nodiscard]] std::error_condition default_error_condition(int value) const noexcept override {
    switch (static_cast<errc>(value)) {
      case errc::room_not_found: return condition::not_found;
      case errc::unauthenticated:
      case errc::forbidden:
      case errc::token_expired:
      case errc::muted:
      case errc::filtered: return condition::denied;
      case errc::bad_request: return condition::invalid;
      case errc::rate_limited:
      case errc::room_full:
      case errc::slow_mode:
      case errc::overloaded: return condition::overloaded;
      case errc::internal: return condition::corrupt;
      case errc::unavailable: return condition::retryable;
    }
    return {value, *this};
  }
};

}  // namespace

std::string_view to_string(role r) noexcept { return role_names[static_cast<std::size_t>(r)]; }

result<role> parse_role(std::string_view name) {
  for (std::size_t i = 0; i < role_names.size(); ++i) {
    if (role_names[i] == name) return static_cast<role>(i);
  }
  return fail(lightstick::errc::invalid, "role '" + std::string(name) + "' is none of fan, artist, moderator, admin");
}

const std::error_category& actors_category() noexcept {
  static const actors_category_impl category;
  return category;
}

std::error_code make_error_code(errc e) noexcept { return {static_cast<int>(e), actors_category()}; }

errc protocol_code(const error& e) noexcept {
  if (e.code.category() == actors_category()) return static_cast<errc>(e.code.value());
  if (e.is(condition::overloaded)) return errc::overloaded;
  if (e.is_transient() || e.is(condition::not_owner)) return errc::unavailable;
  if (e.is(condition::invalid)) return errc::bad_request;
  if (e.is(condition::denied)) return errc::forbidden;
  if (e.is(condition::not_found)) return errc::room_not_found;
  return errc::internal;
}

chat_message withdraw(const chat_message& m) {
  chat_message left;
  left.off = m.off;
  left.ts = m.ts;
  if (m.tomb == tomb_kind::none) {
    left.gone = true;
  } else {
    left.tomb = tomb_kind::unnamed;
  }
  return left;
}

}  // namespace lightstick::actors
