#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actors/revocations/messages.hpp"
#include "gateway/admin/doctor.hpp"
#include "gateway/gateway.hpp"
#include "runtime/operators/audit.hpp"
#include "runtime/operators/dead_letters.hpp"
#include "runtime/system.hpp"

/// The answers of operations as JSON (the keys are in gateway/README.md). Pure.
namespace lightstick::gateway::admin {

/// `stored` is null when nothing is stored of it, or when it is active.
[[nodiscard]] std::string why_json(const actor_id& id, const runtime::actor_history& known,
                                   const std::optional<placement>& where, const runtime::inspection* stored);
[[nodiscard]] std::string doctor_json(const std::vector<finding>& findings);
[[nodiscard]] std::string audit_json(const runtime::audit::listed& page);
[[nodiscard]] std::string letters_json(const runtime::dead_letters::listed& page);
[[nodiscard]] std::string letter_json(const runtime::dead_letters::letter& one);
[[nodiscard]] std::string changed_json(const std::string& what, const std::string& target,
                                       const std::optional<std::string>& unaudited);
/// The newest first, at most `rows_max` of them.
[[nodiscard]] std::string revocations_json(const actors::revocations::listed& all, std::size_t rows_max);
[[nodiscard]] std::string tap_json(std::uint64_t number);
[[nodiscard]] std::string seen_json(const runtime::tap::seen& seen);

}  // namespace lightstick::gateway::admin
