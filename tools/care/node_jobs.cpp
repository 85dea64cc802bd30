#include "tools/care/node_jobs.hpp"

#include <chrono>
#include <thread>

#include "gateway/wire/json.hpp"
#include "tools/care/reports.hpp"
#include "tools/text/table.hpp"

namespace lightstick::tools {
namespace {

namespace wire = gateway::wire;

constexpr wire::bounds answer_bounds{.bytes = 64U << 20U, .depth = 12, .items = 4'000'000};
constexpr std::chrono::milliseconds first_pause{50};
constexpr std::chrono::milliseconds pause_max{1'000};

template <class T>
const T* field(const wire::map& m, std::string_view key) {
  const auto* v = wire::find(m, key);
  return v == nullptr ? nullptr : v->as<T>();
}

tl::unexpected<error> strange() {
  return fail(errc::invalid, "the node's answer is of another shape than this program knows: are both of one version?");
}

}  // namespace

result<job_outcome> run_on_node(const admin_client& client, const std::string& kind, const wire::value& order,
                                progress_line& progress) {
  const auto path = "/v1/admin/" + kind;
  auto body = client.post(path, to_json(order));
  if (!body) return fail(std::move(body.error()));
  std::uint64_t job = 0;
  std::string note;
  for (auto pause = first_pause;; pause = std::min(pause * 2, pause_max)) {
    auto read = wire::read_json(*body, answer_bounds);
    auto* fields = read ? read->as<wire::map>() : nullptr;
    const auto* state = fields == nullptr ? nullptr : field<std::string>(*fields, "state");
    const auto* id = fields == nullptr ? nullptr : field<std::uint64_t>(*fields, "job");
    if (state == nullptr || id == nullptr) return strange();
    if (job == 0) job = *id;
    if (const auto* why = field<std::string>(*fields, "unaudited"); why != nullptr) {
      note = "Not in the audit journal: " + text::printable(*why) + "\n";
    }
    if (job != *id)
      return fail(errc::unavailable, "somebody else has begun another one; how this one ended is in the log");
    if (*state == "failed") {
      const auto* why = field<std::string>(*fields, "error");
      return fail(errc::unavailable, why == nullptr ? "the node could not do it" : *why);
    }
    const auto* done = field<std::uint64_t>(*fields, "done_bytes");
    const auto* total = field<std::uint64_t>(*fields, "total_bytes");
    if (done != nullptr && total != nullptr && *total > 0) progress.show(*done, *total);
    if (*state == "done") {
      const auto* text = field<std::string>(*fields, "text");
      auto* outcome = wire::find(*fields, "result");
      if (text == nullptr || outcome == nullptr) return strange();
      return job_outcome{*text + note, std::move(*outcome)};
    }
    std::this_thread::sleep_for(pause);
    body = client.get(path);
    if (!body) return fail(std::move(body.error()));
  }
}

}  // namespace lightstick::tools
