#include "tests/sim/disk/engine.hpp"

#include <utility>

#include "storage/errc.hpp"
#include "storage/record.hpp"

namespace lightstick::sim {

/// Tables as they are, or were.
class engine::reader final : public storage::engine_reader {
 public:
  reader(disk& on, std::shared_ptr<const tables> of) : disk_(on), tables_(std::move(of)) {}

  [[nodiscard]] result<std::optional<std::string>> get(storage::family f, std::string_view key) const override {
    if (auto possible = disk_.check_read(); !possible) return fail(std::move(possible.error()));
    const auto& table = tables_->at(static_cast<std::size_t>(f));
    auto found = table.find(key);
    return found == table.end() ? std::optional<std::string>{} : found->second;
  }

  [[nodiscard]] result<void> scan(const storage::scan_range& range, const storage::visitor& visit) const override {
    if (auto possible = disk_.check_read(); !possible) return possible;
    scan_table(tables_->at(static_cast<std::size_t>(range.family)), range, visit);
    return {};
  }

 private:
  disk& disk_;
  std::shared_ptr<const tables> tables_;
};

result<std::unique_ptr<engine>> engine::open(disk& on) {
  std::unique_ptr<engine> out(new engine(on));
  out->failed_ = true;  // nothing to end cleanly yet
  if (auto possible = on.check_read(); !possible) return fail(std::move(possible.error()));
  if (auto loaded = out->load(); !loaded) return fail(std::move(loaded.error()));
  out->failed_ = false;
  return out;
}

engine::~engine() {
  if (!failed_) (void)disk_.sync();
}

/// Reads what is on the disk, and makes it durable.
result<void> engine::load() {
  auto found = decode_log(disk_.contents());
  if (auto kept = disk_.replace(encode_tables(found.contents)); !kept) return kept;
  tables_ = std::make_shared<tables>(std::move(found.contents));
  return {};
}

result<std::optional<std::string>> engine::get(storage::family f, std::string_view key) const {
  return reader(disk_, tables_).get(f, key);
}

result<void> engine::scan(const storage::scan_range& range, const storage::visitor& visit) const {
  return reader(disk_, tables_).scan(range, visit);
}

std::unique_ptr<storage::engine_reader> engine::view() const { return std::make_unique<reader>(disk_, tables_); }

result<void> engine::write(std::span<const std::vector<storage::write_op>> batches, bool sync) {
  if (failed_) return fail(storage::errc::io_failed, "an earlier write failed");
  auto frame = encode_frame(batches, disk_.contents().size());
  if (frame.empty()) return {};
  auto written = disk_.append(frame);
  if (written && sync) written = disk_.sync();
  if (!written) {
    failed_ = true;
    return written;
  }
  if (tables_.use_count() > 1) tables_ = std::make_shared<tables>(*tables_);
  for (const auto& ops : batches) {
    for (const auto& op : ops) {
      auto& table = tables_->at(static_cast<std::size_t>(op.family));
      if (op.what == storage::write_op::kind::put) {
        table.insert_or_assign(op.key, op.value);
      } else {
        table.erase(op.key);
      }
    }
  }
  return {};
}

result<void> engine::compact(std::int64_t now_ms) {
  if (failed_) return fail(storage::errc::io_failed, "an earlier write failed");
  auto left = std::make_shared<tables>(*tables_);
  auto& history = left->at(static_cast<std::size_t>(storage::family::history));
  for (const auto& [log, floor] : left->at(static_cast<std::size_t>(storage::family::floors))) {
    const auto first = storage::first_row_shown(log, floor);
    if (!first.empty()) history.erase(history.lower_bound(log), history.lower_bound(first));
  }
  std::erase_if(left->at(static_cast<std::size_t>(storage::family::marks)),
                [&](const auto& mark) { return storage::mark_expired(mark.first, mark.second, now_ms); });
  if (auto kept = disk_.replace(encode_tables(*left)); !kept) {
    failed_ = true;
    return kept;
  }
  tables_ = std::move(left);
  return {};
}

result<void> engine::resume() {
  if (!failed_) return {};
  if (auto loaded = load(); !loaded) return loaded;
  failed_ = false;
  return {};
}

}  // namespace lightstick::sim
