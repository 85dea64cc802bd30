// Rooms written through the store, without actors: a hundred thousand of them in seconds.
#include <atomic>

#include "actors/room/room_codec.hpp"
#include "tools/bench/scratch.hpp"
#include "tools/bench/stage.hpp"

namespace lightstick::tools::bench {
namespace {

namespace room = actors::room;

constexpr std::size_t rooms_at_once = 2'000;
constexpr std::chrono::minutes mark_life{60};

/// Counts the commits of one room; told to all who write at the same time.
struct arrivals {
  std::atomic<std::size_t> missing{0};
  std::atomic<bool> failed{false};
};
struct told {
  std::shared_ptr<arrivals> to;
  sequence until;
  void committed(sequence last) noexcept {
    if (last >= until) --to->missing;
  }
  void append_failed(const error& /*why*/) noexcept {
    to->failed = true;
    --to->missing;
  }
};

/// Letters that compress as little as letters can: what people say would be smaller on the disk.
std::string text_of(std::uint64_t seed, std::size_t bytes) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .";
  std::string out(bytes, ' ');
  for (auto& c : out) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    c = letters[seed >> 58U];
  }
  return out;
}

room::accepted said(std::uint64_t off, const stored_room& what, bool marked) {
  const auto now = system_clock_source().wall();
  auto m = std::make_shared<actors::chat_message>();
  m->off = offset{off};
  m->ts = now;
  m->user = user_id{numbered("user", off)};
  m->name = "Fan " + std::to_string(off);
  m->text = text_of(off * 0x9e3779b97f4a7c15ULL + static_cast<std::uint64_t>(now.value), what.text_bytes);
  room::posted e{m->off, now, m->user, device_id{"phone"}, {}, off};
  if (marked) e.cid = numbered("cid", off);
  return {std::move(e), std::move(m)};
}

void add(storage::append_request& to, runtime::changes what) {
  std::ranges::move(what.events, std::back_inserter(to.events));
  for (auto& r : what.rows) {
    const auto table = r.table == runtime::row_table::history ? storage::row_table::history : storage::row_table::marks;
    to.rows.push_back({table, std::move(r.key), std::move(r.value), r.expires_ms});
  }
}

std::vector<storage::append_request> appends_of(const storage::log_id& log, epoch owner, const stored_room& what) {
  std::vector<storage::append_request> out;
  const auto now = system_clock_source().wall();
  storage::append_request first{log, owner, sequence{}, {room::encode(room::event{room::created{now}})}, {}, {}};
  std::uint64_t off = 0;
  while (off < what.in_snapshot) add(first, room::to_changes(said(++off, what, false), mark_life));
  first.snapshot = room::encode(room::room_state::essence{
      now, offset{off}, now, room::chapters{offset{1}, {{offset{1}, now, now, off * what.text_bytes}}}});
  out.push_back(std::move(first));
  if (what.after_snapshot == 0) return out;
  storage::append_request second{log, owner, sequence{off + 1}, {}, {}, {}};
  while (off < what.in_snapshot + what.after_snapshot) {
    add(second, room::to_changes(said(++off, what, what.marked), mark_life));
  }
  out.push_back(std::move(second));
  return out;
}

}  // namespace

result<void> write_rooms(storage::store& into, const std::vector<std::string>& names, stored_room what) {
  const auto last = sequence{1ULL + what.in_snapshot + what.after_snapshot};
  for (std::size_t i = 0; i < names.size(); i += rooms_at_once) {
    auto here = std::make_shared<arrivals>();
    std::vector<storage::log_id> open;
    for (std::size_t n = i; n < std::min(names.size(), i + rooms_at_once); ++n) {
      const actor_id who{room::kind, names[n]};
      open.push_back({partition_of(who), who.to_string()});
      if (auto opened = into.open_log(open.back()); !opened) return fail(std::move(opened.error()));
      ++here->missing;
      auto listener = std::make_shared<told>(told{here, last});
      for (const auto& each : appends_of(open.back(), into.epoch_of(open.back().partition), what)) {
        if (!wait_for([&] { return here->failed || into.accepts().has_value(); })) {
          return fail(errc::unavailable, "the store takes no more");
        }
        if (auto queued = into.append(each, listener); !queued) return queued;
      }
    }
    if (!wait_for([&] { return here->missing == 0; }) || here->failed) {
      return fail(errc::unavailable, "the rooms could not be written");
    }
    for (const auto& log : open) into.close_log(log);
  }
  return {};
}

}  // namespace lightstick::tools::bench
