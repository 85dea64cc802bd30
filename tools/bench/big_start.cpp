// A node on a folder with a million rooms.
#include <fstream>
#include <random>

#include "tools/bench/gauges.hpp"
#include "tools/bench/node_process.hpp"
#include "tools/bench/plan.hpp"
#include "tools/bench/scratch.hpp"
#include "tools/bench/stage.hpp"

namespace lightstick::tools::bench {
namespace {

constexpr std::uint64_t rooms_a_step = 20'000;
constexpr double mib = 1024.0 * 1024.0;

storage::log_id log_of(std::uint64_t n) {
  const actor_id who{actors::room::kind, numbered("room", n)};
  return {partition_of(who), who.to_string()};
}

/// Says how big the folder became, when it is whole.
std::string mark_of(const big_order& order) {
  return std::to_string(order.rooms) + " rooms of " + std::to_string(order.messages_a_room) + " messages\n";
}

result<void> fill(const plan& p, const big_order& order, const std::filesystem::path& data) {
  metrics registry;
  storage::options how;
  how.path = data;
  how.durability = storage::durability::os;
  auto opened = storage::store::open(std::move(how), registry, system_clock_source());
  if (!opened) return fail(std::move(opened.error()));
  if (auto owner = cluster::embedded::start(**opened, node_id{"bench"}); !owner) return fail(std::move(owner.error()));
  stored_room what;
  what.in_snapshot = static_cast<std::uint32_t>(order.messages_a_room);
  const auto begun = stopwatch::now();
  for (std::uint64_t first = 0; first < order.rooms; first += rooms_a_step) {
    std::vector<std::string> names;
    for (auto n = first; n < std::min(order.rooms, first + rooms_a_step); ++n) names.push_back(numbered("room", n));
    if (auto written = write_rooms(**opened, names, what); !written) return written;
    p.tell("filling: " + std::to_string(first + names.size()) + " of " + std::to_string(order.rooms) + " rooms, " +
           std::to_string(static_cast<int>(microseconds(stopwatch::now() - begun) / 1e6)) + " s");
  }
  return {};
}

/// What a store takes when rooms all over it are read, against its setting.
result<double> memory_when_read(const plan& p, const big_order& order, const std::filesystem::path& data) {
  p.tell("reading rooms all over the folder");
  const auto before = rss_bytes();
  metrics registry;
  storage::options how;
  how.path = data;
  const auto setting = how.memory_bytes;
  auto opened = storage::store::open(std::move(how), registry, system_clock_source());
  if (!opened) return fail(std::move(opened.error()));
  std::minstd_rand chance;
  std::uint64_t most = 0;
  for (std::uint64_t i = 0; i < p.scaled(200'000); ++i) {
    const auto log = log_of(std::uniform_int_distribution<std::uint64_t>{0, order.rooms - 1}(chance));
    auto page = (*opened)->read_rows(log, {});
    if (!page || page->rows.size() != order.messages_a_room) {
      return fail(errc::unavailable, log.name + " is not what was written");
    }
    if (i % 1'000 == 0) most = std::max(most, rss_bytes());
  }
  return static_cast<double>(most - std::min(most, before)) / static_cast<double>(setting);
}

result<void> write_text(const std::filesystem::path& to, const std::string& text) {
  std::ofstream out(to);
  out << text << std::flush;
  return out ? result<void>{} : fail(errc::invalid, "cannot write " + to.string());
}

std::string text_of(const std::filesystem::path& from) {
  std::ifstream in(from);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

outcome measure_big_start(const plan& p, const big_order& order) {
  std::error_code failure;
  std::filesystem::create_directories(order.folder, failure);
  const auto data = order.folder / "data";
  const auto mark = order.folder / "whole";
  const auto secret = order.folder / "secret";
  if (text_of(mark) != mark_of(order)) {
    if (std::filesystem::exists(data)) {
      return fail(errc::invalid, order.folder.string() + " holds something else: name a new folder");
    }
    if (auto filled = fill(p, order, data); !filled) return fail(std::move(filled.error()));
    if (auto said = write_text(mark, mark_of(order)); !said) return fail(std::move(said.error()));
  }
  if (auto made = write_text(secret, std::string(64, 's')); !made) return fail(std::move(made.error()));
  std::filesystem::permissions(secret, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write,
                               failure);
  std::vector<double> took;
  std::vector<double> resident;
  for (std::size_t i = 0; i < p.rounds(); ++i) {
    p.tell("a node starts on it, round " + std::to_string(i + 1));
    auto node = node_process::start(order.program, data, secret);
    if (!node) return fail(std::move(node.error()));
    took.push_back(microseconds((*node)->took()) / 1e6);
    resident.push_back(static_cast<double>(rss_bytes((*node)->pid())) / mib);
  }
  auto share = memory_when_read(p, order, data);
  if (!share) return fail(std::move(share.error()));
  return std::vector<figure>{
      {"start until `ready`", median(took), "s", at_most(3),
       std::to_string(order.rooms) + " rooms, " + std::to_string(order.rooms * order.messages_a_room) + " messages"},
      {"slowest of these starts", percentile(took, 1), "s", {}, ""},
      {"resident memory when ready", median(resident), "MiB", {}, "of all the process"},
      {"memory of the store / its setting", *share, "x", at_most(1), "resident, after reading rooms all over it"},
  };
}

}  // namespace lightstick::tools::bench
