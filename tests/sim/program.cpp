#include <CLI/CLI.hpp>
#include <iomanip>
#include <iostream>
#include <map>

#include "runtime/base/log.hpp"
#include "tests/sim/campaign.hpp"

namespace lightstick::sim {
namespace {

const std::map<std::string, breakage>& breakages() {
  static const std::map<std::string, breakage> all{
      {"skip-fsync", breakage::skip_fsync}, {"skip-dedupe", breakage::skip_dedupe},
      {"skip-bound", breakage::skip_bound}, {"skip-floor", breakage::skip_floor},
      {"skip-due", breakage::skip_due},     {"skip-forget", breakage::skip_forget},
      {"skip-wake", breakage::skip_wake},   {"skip-erase", breakage::skip_erase}};
  return all;
}

const std::map<std::string, world_choice>& worlds() {
  static const std::map<std::string, world_choice> all{
      {"both", world_choice::both}, {"storage", world_choice::storage}, {"rooms", world_choice::rooms}};
  return all;
}

constexpr std::uint64_t violations_shown_max = 10;

void print_sums(const campaign_outcome& o) {
  const auto& s = o.sums;
  std::cout << s.steps << " steps; commands: " << s.acknowledged << " acknowledged, " << s.repeated << " recognised, "
            << s.refused << " refused at a bound; " << s.reminded << " reminders, " << s.asked << " asks and timers, "
            << s.erased << " erased, " << s.cheered << " reactions, " << s.moderated << " acts of moderators, "
            << s.trimmed << " trimmed; " << s.reads << " reads compared\n"
            << "disk: " << s.compactions << " compactions, " << s.crashes << " crashes, " << s.disk.lost_bytes
            << " unsynced bytes lost, " << s.disk.torn << " torn, " << s.disk.turned_back << " turned back; "
            << s.disk.full << " full, " << s.disk.broken << " broken, " << s.disk.slow << " slow\n"
            << "trace " << std::hex << s.trace << std::dec << '\n';
}

}  // namespace

std::string replay_command(const run_options& o) {
  std::string out = "build/release/sim --seed " + std::to_string(o.seed);
  if (o.steps != run_options{}.steps) out += " --steps " + std::to_string(o.steps);
  for (const auto& [name, what] : worlds()) {
    if (what == o.world && what != world_choice::both) out += " --world " + name;
  }
  for (const auto& [name, what] : breakages()) {
    if (what == o.broken) out += " --break " + name;
  }
  return out + " --verbose";
}

int run_program(int argc, const char* const* argv) {
  campaign c;
  std::uint64_t only = 0;
  bool verbose = false;
  std::string broken;
  std::string world = "both";
  CLI::App app("Runs the product on a virtual clock and a disk that fails, one seed a run, and checks what must hold.",
               "sim");
  app.footer(
      "Exit code: 0 no violation, 1 some, 2 wrong options. A run takes milliseconds; the same seed is the same run.");
  app.add_option("--seeds", c.seeds, "How many seeds.")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40U))
      ->capture_default_str();
  app.add_option("--first", c.first, "The first of them.")->capture_default_str();
  auto* one = app.add_option("--seed", only, "Only this seed.");
  app.add_option("--steps", c.each.steps, "Steps of trouble of a run.")
      ->check(CLI::Range(1, 10'000'000))
      ->capture_default_str();
  app.add_option("--jobs", c.jobs, "Runs at a time; 0: one a core.")->check(CLI::Range(0, 256))->capture_default_str();
  app.add_option("--break", broken, "Breaks the product on purpose, so that there have to be violations.")
      ->check(CLI::IsMember(breakages()))
      ->option_text(
          "skip-fsync | skip-dedupe | skip-bound | skip-floor | skip-due | skip-forget | skip-wake | skip-erase");
  app.add_option("--world", world, "The storage alone, rooms on a whole node, or each seed in both.")
      ->check(CLI::IsMember(worlds()))
      ->option_text("both | storage | rooms");
  app.add_flag("--verbose", verbose, "Every step as a line; needs --seed.")->needs(one);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  if (one->count() > 0) {
    c.first = only;
    c.seeds = 1;
  }
  if (verbose) c.each.notes = &std::cout;
  if (!broken.empty()) c.each.broken = breakages().at(broken);
  c.each.world = worlds().at(world);
  for (auto area : {log::area::storage, log::area::runtime, log::area::actors}) log::set_level(area, log::level::off);

  std::uint64_t shown = 0;
  auto found = [&](std::uint64_t seed, const run_outcome& o) {
    if (++shown > violations_shown_max) return;
    auto each = c.each;
    each.seed = seed;
    each.world = o.violated;
    std::cout << "seed " << seed << ": " << o.violation << "\n  " << replay_command(each) << std::endl;
  };
  auto progress = [&](std::uint64_t done, std::uint64_t violations) {
    std::cout << done << " of " << c.seeds << " seeds, " << violations << " violations" << std::endl;
  };
  auto out = run_campaign(c, found, progress);
  if (shown > violations_shown_max) std::cout << "and " << shown - violations_shown_max << " more\n";
  print_sums(out);
  std::cout << out.seeds << " seeds, " << out.violations << " violations, " << std::fixed << std::setprecision(0)
            << static_cast<double>(out.seeds) / out.seconds << " seeds/s\n";
  return out.violations == 0 ? 0 : 1;
}

}  // namespace lightstick::sim
