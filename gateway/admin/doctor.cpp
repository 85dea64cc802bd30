#include "gateway/admin/doctor.hpp"

#include <algorithm>

namespace lightstick::gateway::admin {
namespace {

constexpr std::size_t shown_of_each = 20;
constexpr double mailbox_part = 0.8;
constexpr std::int64_t hang_s = 2;

std::int64_t value_of(const metrics& registry, std::string_view name, std::int64_t otherwise) {
  for (const auto& e : registry.entries()) {
    if (e.name != name) continue;
    if (e.as_gauge != nullptr) return e.as_gauge->value();
    if (e.as_counter != nullptr) return static_cast<std::int64_t>(e.as_counter->value());
  }
  return otherwise;
}

void look_at_actors(const runtime::system& sys, std::vector<finding>& out) {
  for (const auto& s : sys.slow()) {
    out.push_back(
        {"error", s.id.to_string(), "has been in one call for " + std::to_string(s.since.count()) + " ms",
         "it cannot be interrupted; if it does not end, restart the node and report the log line with its name"});
    if (out.size() >= shown_of_each) break;
  }
  for (const auto& q : sys.quarantined(shown_of_each)) {
    out.push_back({"error", q.id.to_string(), "is quarantined",
                   "`admin inspect` shows why; after mending it `admin restart` takes it back"});
  }
  for (const auto& u : sys.unreadable(shown_of_each)) {
    out.push_back(
        {"error", u.id.to_string(),
         "could not be read for " + std::to_string(u.since.count()) + " ms, at " + std::to_string(u.tries) +
             " tries: " + u.why.to_string(),
         "its commands wait and expire; it is tried again by itself: see the disk, or `lightstick verify DIR`"});
  }
  for (const auto& row : sys.list("", runtime::actor_order::mailbox, shown_of_each)) {
    if (row.mailbox_max == 0 || row.mailbox < mailbox_part * row.mailbox_max) break;
    out.push_back(
        {"warning", row.id.to_string(),
         "has " + std::to_string(row.mailbox) + " of " + std::to_string(row.mailbox_max) + " commands waiting",
         "`admin tap` shows what they are; its senders get `overloaded` when it is full"});
  }
}

void look_at_hangs(const metrics& registry, std::vector<finding>& out) {
  const auto look = [&](std::string_view gauge, const std::string& work, const std::string& so) {
    const auto s = value_of(registry, gauge, 0);
    if (s < hang_s) return;
    out.push_back({"error", "storage", "has waited for the disk for " + std::to_string(s) + " s, for one " + work + so,
                   "the disk hangs or is far too slow: see `iostat -x 1` and the kernel's log of its machine; when the "
                   "disk answers the node goes on by itself"});
  };
  look("lightstick_storage_commit_under_way_seconds", "commit", "; nothing is acknowledged meanwhile");
  look("lightstick_storage_read_under_way_seconds", "read", "; what is not in memory is not shown meanwhile");
}

void look_at_storage(const metrics& registry, std::vector<finding>& out) {
  look_at_hangs(registry, out);
  if (value_of(registry, "lightstick_storage_writable", 1) == 0) {
    out.push_back({"error", "storage", "cannot write; reads go on and publishes are answered 131",
                   "make room on the disk of the data folder, or see the log for what failed; it goes on by itself"});
  }
  if (value_of(registry, "lightstick_storage_writes_stopped", 0) != 0) {
    out.push_back({"error", "storage", "has stopped writes until compactions have caught up",
                   "the disk is too slow for the load: see docs/operations.md"});
  } else if (value_of(registry, "lightstick_storage_delayed_write_bytes_per_second", 0) != 0) {
    out.push_back({"warning", "storage", "slows writes down, because compactions fall behind",
                   "the disk is nearly too slow for the load: see docs/operations.md"});
  }
  if (const auto n = value_of(registry, "lightstick_storage_corrupt_records_total", 0); n > 0) {
    out.push_back({"error", "storage", std::to_string(n) + " damaged records were met since the start",
                   "stop the node and run `lightstick verify DIR`"});
  }
}

void look_at_letters(const metrics& registry, std::vector<finding>& out) {
  if (const auto n = value_of(registry, "lightstick_actor_dead_letters_total", 0); n > 0) {
    out.push_back({"warning", "dead letters", std::to_string(n) + " commands were set aside since the start",
                   "`admin deadletters list` shows them"});
  }
  if (const auto n = value_of(registry, "lightstick_dead_letters_lost_total", 0); n > 0) {
    out.push_back({"error", "dead letters", std::to_string(n) + " could not be kept", "see the log"});
  }
}

void look_at_keys(const metrics& registry, std::vector<finding>& out) {
  if (value_of(registry, "lightstick_auth_keys_failing", 0) == 0) return;
  const std::string advice =
      "the log says why (`the public keys of tokens cannot be had`); it is tried again by itself";
  const auto n = value_of(registry, "lightstick_auth_keys", 0);
  if (n == 0) {
    out.push_back({"error", "auth.jwks", "could not be read yet: tokens of its provider are answered 131", advice});
  } else {
    out.push_back({"warning", "auth.jwks",
                   "could not be read at the last try: the " + std::to_string(n) + " keys known before stay in force",
                   advice});
  }
}

void look_at_certificate(const metrics& registry, std::vector<finding>& out) {
  constexpr std::int64_t day = 86'400;
  constexpr std::int64_t enough = 7 * day;
  const auto left = value_of(registry, "lightstick_gateway_tls_left_seconds", enough);
  if (left <= 0) {
    out.push_back({"error", "tls.certificate", "has ended: clients refuse it", "put a newer one into its file"});
  } else if (left < enough) {
    out.push_back({"warning", "tls.certificate", "ends in " + std::to_string(left / day) + " days",
                   "put a newer one into its file, with its key: the node takes them by itself"});
  }
  if (value_of(registry, "lightstick_gateway_tls_failing", 0) != 0) {
    out.push_back({"warning", "tls.certificate", "was replaced by files that cannot be used: the one before is shown",
                   "the log says why (`a new TLS certificate cannot be used`)"});
  }
}

}  // namespace

std::vector<finding> examine(const runtime::system& sys, const metrics& registry) {
  std::vector<finding> out;
  look_at_actors(sys, out);
  look_at_storage(registry, out);
  look_at_letters(registry, out);
  look_at_keys(registry, out);
  look_at_certificate(registry, out);
  std::ranges::stable_sort(out, [](const finding& a, const finding& b) { return a.severity < b.severity; });
  return out;
}

}  // namespace lightstick::gateway::admin
