#include "gateway/http_client.hpp"
#include "tools/config/checks.hpp"
#include "tools/config/option_makers.hpp"
#include "tools/config/tables.hpp"

namespace lightstick::tools::config {
namespace {

result<void> hook_url(const std::string& text) {
  if (text.empty()) return {};
  auto called = gateway::check_url(text);
  return called ? printable(text) : called;
}

}  // namespace

std::vector<option> hook_options() {
  using namespace std::chrono_literals;
  return {
      text_value(
          "hooks.before", "URL", "empty, or a URL that begins with https:// or http://",
          "Asked by POST before a fan's message is said, whether it may be; empty = nobody is. See docs/hooks.md.",
          LS_AT(gateway.hook.before), hook_url),
      text_value("hooks.after", "URL", "empty, or a URL that begins with https:// or http://",
                 "Told by POST what was said, many messages at once; its answer can withdraw some. Empty = nobody is.",
                 LS_AT(gateway.hook.after), hook_url),
      text_value("hooks.secret_file", "FILE", "",
                 "File with the secret that signs these calls: at least 32 bytes. Needed for either.",
                 LS_AT(gateway.hook.secret_file), any_text),
      text_value("hooks.ca", "FILE", "",
                 "PEM file with who may vouch for the host of an https URL; empty = whom this system trusts.",
                 LS_AT(gateway.hook.ca_file), any_text),
      choice<>("hooks.on_failure",
               "What becomes of a message when hooks.before has no answer, or one that is none: open = it is said; "
               "closed = it is refused with 131.",
               LS_AT(gateway.hook.before_opens),
               std::vector<std::pair<std::string, bool>>{{"closed", false}, {"open", true}}),
      duration("hooks.before_timeout",
               "For the answer of hooks.before; a message waits at most this long to be asked about.",
               LS_AT(gateway.hook.before_limit), 50ms, 30s),
      number("hooks.parallel", "Questions that are asked at once.", LS_AT(gateway.hook.parallel), 1, 64),
      number("hooks.waiting", "Questions that wait; beyond it a message fares as hooks.on_failure says.",
             LS_AT(gateway.hook.waiting), 1, 65'536),
      number("hooks.failures", "Failures in a row after which hooks.before is not asked for hooks.pause.",
             LS_AT(gateway.hook.failures), 1, 1'000),
      duration("hooks.pause", "How long; then one question is asked again.", LS_AT(gateway.hook.pause), 100ms, 10min),
      number("hooks.batch", "Messages in one call of hooks.after.", LS_AT(gateway.hook.batch), 1, 1'000),
      number("hooks.backlog", "Messages that wait for hooks.after; beyond it new ones are not told.",
             LS_AT(gateway.hook.backlog), 100, 1'000'000),
      number("hooks.tries", "Of one call of hooks.after; then its messages are not told.", LS_AT(gateway.hook.tries), 1,
             100),
      duration("hooks.after_timeout", "For one call of hooks.after.", LS_AT(gateway.hook.after_limit), 50ms, 1min),
      duration("hooks.retry", "Pause before the second try of a call of hooks.after; doubled up to a minute.",
               LS_AT(gateway.hook.retry_first), 10ms, 1min),
  };
}

}  // namespace lightstick::tools::config
