#include "runtime/base/log.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <array>
#include <utility>

#include "runtime/base/hex.hpp"

namespace lightstick::log {
namespace {

constexpr std::array<std::string_view, area_count> area_names{"base",   "runtime", "storage", "cluster",
                                                              "actors", "gateway", "tools"};
constexpr std::array<std::string_view, 6> level_names{"trace", "debug", "info", "warn", "error", "off"};

std::array<std::atomic<level>, area_count>& levels() noexcept {
  static std::array<std::atomic<level>, area_count> all{level::info, level::info, level::info, level::info,
                                                        level::info, level::info, level::info};
  return all;
}

std::atomic<void (*)(std::string_view)> test_sink{nullptr};

spdlog::logger& output() {
  static spdlog::logger logger = [] {
    spdlog::logger made("lightstick", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made.set_level(spdlog::level::trace);
    made.flush_on(spdlog::level::info);
    made.set_pattern("ts=%Y-%m-%dT%H:%M:%S.%eZ level=%l %v", spdlog::pattern_time_type::utc);
    return made;
  }();
  return logger;
}

bool needs_quotes(std::string_view value) noexcept {
  if (value.empty()) return true;
  for (char c : value) {
    auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7F || c == '"' || c == '=' || c == '\\') return true;
  }
  return false;
}

void append_value(std::string& line, std::string_view value) {
  if (!needs_quotes(value)) {
    line += value;
    return;
  }
  line += '"';
  for (char c : value) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      line += "\\x";
      append_hex(line, byte);
    } else {
      line += c;
    }
  }
  line += '"';
}

template <std::size_t N>
std::string choices(const std::array<std::string_view, N>& names) {
  std::string out;
  for (auto name : names) {
    if (!out.empty()) out += ", ";
    out += name;
  }
  return out;
}

spdlog::level::level_enum to_spdlog(level l) noexcept {
  switch (l) {
    case level::trace: return spdlog::level::trace;
    case level::debug: return spdlog::level::debug;
    case level::info: return spdlog::level::info;
    case level::warn: return spdlog::level::warn;
    case level::error: return spdlog::level::err;
    case level::off: return spdlog::level::off;
  }
  return spdlog::level::off;
}

thread_local std::uint64_t current_trace = 0;

}  // namespace

field::field(std::string_view key, double value) : key_(key), value_(fmt::format("{}", value)) {}

result<level> parse_level(std::string_view name) {
  for (std::size_t i = 0; i < level_names.size(); ++i) {
    if (level_names[i] == name) return static_cast<level>(i);
  }
  return fail(errc::invalid, "log level '" + std::string(name) + "' is none of " + choices(level_names));
}

result<area> parse_area(std::string_view name) {
  for (std::size_t i = 0; i < area_names.size(); ++i) {
    if (area_names[i] == name) return static_cast<area>(i);
  }
  return fail(errc::invalid, "log area '" + std::string(name) + "' is none of " + choices(area_names));
}

void set_level(level l) noexcept {
  for (auto& each : levels()) each.store(l, std::memory_order_relaxed);
}

void set_level(area a, level l) noexcept { levels()[static_cast<std::size_t>(a)].store(l, std::memory_order_relaxed); }

bool enabled(area a, level l) noexcept {
  return l >= levels()[static_cast<std::size_t>(a)].load(std::memory_order_relaxed);
}

bool site::admit(std::chrono::steady_clock::time_point now, std::uint64_t& suppressed) noexcept {
  auto second = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  if (second_.exchange(second, std::memory_order_relaxed) != second) {
    written_.store(0, std::memory_order_relaxed);
  }
  if (written_.fetch_add(1, std::memory_order_relaxed) >= per_site_per_second) {
    suppressed_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  suppressed = suppressed_.exchange(0, std::memory_order_relaxed);
  return true;
}

trace_scope::trace_scope(std::uint64_t trace) noexcept : before_(std::exchange(current_trace, trace)) {}
trace_scope::~trace_scope() { current_trace = before_; }

void write(site& s, area a, level l, std::string_view message, std::initializer_list<field> fields) {
  std::uint64_t suppressed = 0;
  if (!s.admit(std::chrono::steady_clock::now(), suppressed)) return;
  std::string line = "area=";
  line += area_names[static_cast<std::size_t>(a)];
  line += " msg=";
  append_value(line, message);
  for (const auto& f : fields) {
    line += ' ';
    line += f.key();
    line += '=';
    append_value(line, f.value());
  }
  if (current_trace != 0) line += fmt::format(" trace={:016x}", current_trace);
  if (suppressed > 0) line += " suppressed=" + std::to_string(suppressed);
  if (auto* sink = test_sink.load()) {
    sink(line);
    return;
  }
  output().log(to_spdlog(l), "{}", line);
}

void set_sink(void (*sink)(std::string_view line)) { test_sink.store(sink); }

}  // namespace lightstick::log
