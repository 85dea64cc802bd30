#include "storage/rocks/rewrite.hpp"

#include <chrono>
#include <future>
#include <thread>
#include <vector>

#include "storage/errc.hpp"
#include "storage/log_walk.hpp"
#include "storage/rocks/status.hpp"

namespace lightstick::storage::rocks {
namespace {

constexpr std::chrono::milliseconds asked_every{20};
constexpr std::chrono::seconds readers_within{30};

tl::unexpected<error> ended() { return fail(errc::stopping, "rewriting was ended before it was through"); }

/// A compaction keeps what a snapshot sees; those that were taken before now have to go first. Readers hold them briefly.
result<void> wait_for_readers(rocksdb::DB& db, const std::function<bool()>& go_on) {
  const auto now = db.GetLatestSequenceNumber();
  const auto until = std::chrono::steady_clock::now() + readers_within;
  for (;;) {
    std::uint64_t oldest = 0;
    (void)db.GetIntProperty(rocksdb::DB::Properties::kOldestSnapshotSequence, &oldest);
    if (oldest == 0 || oldest >= now) return {};
    if (!go_on()) return ended();
    if (std::chrono::steady_clock::now() > until) {
      return fail(errc::stopping,
                  "somebody has been reading for so long that nothing old can be left out of the files");
    }
    std::this_thread::sleep_for(asked_every);
  }
}

result<void> compact(database& db, std::span<const key_span> spans, std::atomic<bool>& cancelled) {
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  handles.reserve(all_families.size());
  for (auto f : all_families) handles.push_back(db.handle(f));
  if (auto s = db.db().Flush(rocksdb::FlushOptions(), handles); !s.ok()) return fail(to_error(s, "write to tables"));
  rocksdb::CompactRangeOptions how;
  how.exclusive_manual_compaction = false;
  how.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  how.canceled = &cancelled;
  for (auto f : all_families) {
    if (!belongs_to_logs(f)) continue;
    for (const auto& span : spans) {
      if (cancelled) return ended();
      const rocksdb::Slice from(span.from);
      const rocksdb::Slice to(span.to);
      auto s = db.db().CompactRange(how, db.handle(f), &from, &to);
      if (s.IsManualCompactionPaused()) return ended();
      if (!s.ok()) return fail(to_error(s, "rewrite " + std::string(to_string(f))));
    }
  }
  // Files that are over go in the background; this removes them now.
  if (db.db().DisableFileDeletions().ok()) (void)db.db().EnableFileDeletions(false);
  return {};
}

}  // namespace

result<void> rewrite(database& db, std::span<const key_span> spans, const std::function<bool()>& go_on) {
  if (!go_on()) return ended();
  if (auto free = wait_for_readers(db.db(), go_on); !free) return free;
  std::atomic<bool> cancelled{false};
  auto work = std::async(std::launch::async, [&] { return compact(db, spans, cancelled); });
  while (work.wait_for(asked_every) != std::future_status::ready) {
    if (!go_on()) cancelled = true;
  }
  return work.get();
}

}  // namespace lightstick::storage::rocks
