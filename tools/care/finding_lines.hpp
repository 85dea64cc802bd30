#pragma once

#include <string>

#include "gateway/wire/value.hpp"
#include "storage/findings.hpp"

namespace lightstick::tools {

/// Damage for people: what, what is served, the way out; and how many more there are. Pure, as reports.hpp.
[[nodiscard]] std::string finding_lines(const storage::findings& damage);
/// The same for programs: "damaged" and "damage".
void add_findings(gateway::wire::map& to, const storage::findings& damage);

}  // namespace lightstick::tools
