#include "tools/care/rule_options.hpp"

#include <CLI/CLI.hpp>

#include "tools/text/units.hpp"

namespace lightstick::tools {
namespace {

constexpr std::chrono::hours keep_for_max{24 * 36'600};

}  // namespace

void rule_options::declare(CLI::App& app) {
  app.add_option("--keep", keep_, "So many back-ups stay, at least 1; the folder remembers it. Default: all.")
      ->type_name("NUMBER");
  app.add_option("--keep-for", keep_for_,
                 "They expire so long after they were made, as 30d, and go with the next back-up; the folder remembers "
                 "it. Default: never.")
      ->type_name("DURATION");
}

result<void> rule_options::read(storage::backup_order& order) const {
  if (!keep_.empty()) {
    auto keep = text::parse_number(keep_);
    if (!keep || *keep == 0 || *keep > UINT32_MAX) return fail(errc::invalid, "--keep: a number from 1 on");
    order.keep = static_cast<std::uint32_t>(*keep);
  }
  if (!keep_for_.empty()) {
    auto keep_for = text::parse_duration(keep_for_);
    if (!keep_for) return fail(errc::invalid, "--keep-for: " + keep_for.error().detail);
    if (keep_for->count() == 0 || *keep_for > keep_for_max) return fail(errc::invalid, "--keep-for: 1ms to 36600d");
    order.keep_for = *keep_for;
  }
  return {};
}

}  // namespace lightstick::tools
