#include "tools/config/option_makers.hpp"
#include "tools/config/tables.hpp"

namespace lightstick::tools::config {
namespace {

std::vector<std::pair<std::string, log::level>> levels() {
  return {{"trace", log::level::trace}, {"debug", log::level::debug}, {"info", log::level::info},
          {"warn", log::level::warn},   {"error", log::level::error}, {"off", log::level::off}};
}

option area_level(const std::string& area_name, log::area area) {
  std::vector<std::pair<std::string, std::optional<log::level>>> choices{{"inherit", std::nullopt}};
  for (const auto& [text, level] : levels()) choices.emplace_back(text, level);
  return choice<>(
      "log." + area_name, "The level of " + area_name + "/ alone; inherit = as log.level.",
      [area](auto& c) -> auto& { return c.log_levels.at(static_cast<std::size_t>(area)); }, std::move(choices));
}

std::vector<option> storage_options() {
  constexpr std::uint64_t mib = 1ULL << 20U;
  constexpr std::uint64_t gib = 1ULL << 30U;
  return {
      choice<>(
          "storage.durability",
          "When a publish counts as committed: fsync = the disk has it, it survives a power cut; os = the operating "
          "system has it, it survives the end of this process but not a power cut.",
          LS_AT(storage.durability),
          std::vector<std::pair<std::string, storage::durability>>{{"fsync", storage::durability::fsync},
                                                                   {"os", storage::durability::os}}),
      size("storage.memory_bytes", "Memory of the database: blocks, filters, indexes and write buffers together.",
           LS_AT(storage.memory_bytes), 16 * mib, 1024 * gib),
      number("storage.queue_requests", "Commits that wait for the disk; beyond it error 130.",
             LS_AT(storage.queue_requests_max), 64, 16'777'216),
      size("storage.queue_bytes", "Bytes of these; beyond it error 130.", LS_AT(storage.queue_bytes_max), mib,
           64 * gib),
      size("storage.append_bytes", "One commit of one room; beyond it it is refused.", LS_AT(storage.append_bytes_max),
           mib, gib),
      size("storage.group_bytes", "Commits that share one write to the disk.", LS_AT(storage.group_bytes_max),
           64 << 10U, gib),
      number("storage.logs_open", "Rooms and users that write at the same time; beyond it error 130.",
             LS_AT(storage.logs_open_max), 1'000, 100'000'000),
      number("storage.read_threads", "Threads that read from the disk.", LS_AT(log.read_threads), 1, 64),
      number("storage.reads",
             "Starts of rooms and users, and pages of history, that wait for these; beyond it error 130.",
             LS_AT(log.reads_max), 16, 1'000'000),
  };
}

std::vector<option> log_options() {
  return {
      choice<>(
          "log.level",
          "Lines of this level and above are written to standard error. Below info, lines may hold what fans wrote.",
          LS_AT(log_level), levels()),
      area_level("base", log::area::base),
      area_level("runtime", log::area::runtime),
      area_level("storage", log::area::storage),
      area_level("cluster", log::area::cluster),
      area_level("actors", log::area::actors),
      area_level("gateway", log::area::gateway),
      area_level("tools", log::area::tools),
  };
}

}  // namespace

std::vector<option> service_options() {
  auto all = storage_options();
  for (auto& o : log_options()) all.push_back(std::move(o));
  return all;
}

}  // namespace lightstick::tools::config
