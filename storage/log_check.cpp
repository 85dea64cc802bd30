#include "storage/log_check.hpp"

#include <algorithm>

#include "storage/bytes.hpp"
#include "storage/record.hpp"

namespace lightstick::storage {
namespace {

constexpr auto restore_remedy = "lightstick restore BACKUP_DIR --to NEW_FOLDER brings back what a back-up holds of it";

/// What is behind the place in an error of a decoder, since the report names the place itself.
std::string reason(const error& e) {
  auto at = e.detail.rfind(": ");
  return at == std::string::npos ? e.detail : e.detail.substr(at + 2);
}

result<void> check_record(family f, std::string_view key, std::string_view value) {
  auto outcome = [](auto decoded) -> result<void> {
    if (decoded) return {};
    return fail(std::move(decoded.error()));
  };
  switch (f) {
    case family::history: return outcome(decode_history_row(key, value));
    case family::marks: return outcome(decode_mark(key, value));
    case family::floors: return outcome(decode_floor(key, value));
    default: return {};
  }
}

/// Damage in history costs the pages that begin with it; in anything else the activation.
bool quarantines(family f) { return f != family::history; }

std::string number_or(const std::string& text, const char* otherwise) { return text.empty() ? otherwise : text; }

}  // namespace

void log_check::begin(const log_id& log, std::string_view prefix) {
  ++logs_;
  log_ = log;
  prefix_ = prefix;
  parts_.clear();
  parts_beyond_ = 0;
  quarantined_ = false;
  unreminded_ = false;
  start_known_ = true;
  last_ = 0;
  snapshot_at_ = 0;
  newest_ = epoch{};
}

void log_check::record(family f, std::string_view key, std::string_view value) {
  ++records_;
  if (f == family::snapshots) return snapshot(key, value);
  if (f == family::journal) return event(key, value);
  if (f == family::reminders) return reminder(key, value);
  if (auto fine = check_record(f, key, value); !fine) wrong(f, key, reason(fine.error()));
}

void log_check::snapshot(std::string_view key, std::string_view value) {
  auto read = decode_snapshot(key, value);
  if (!read) {
    last_.reset();
    return wrong(family::snapshots, key, reason(read.error()));
  }
  check_epoch(family::snapshots, key, read->epoch);
  snapshot_at_ = read->at.value();
  last_ = snapshot_at_;
  newest_ = read->epoch;
  if (read->oldest.value() > snapshot_at_ + 1) wrong(family::snapshots, key, "says that events after it were removed");
}

void log_check::event(std::string_view key, std::string_view value) {
  if (key.size() != prefix_.size() + sizeof(std::uint64_t)) return wrong(family::journal, key, "is no sequence number");
  const auto at = get_big_endian<std::uint64_t>(key.substr(prefix_.size()));
  auto read = decode_event(key, value);
  if (!read) wrong(family::journal, key, reason(read.error()));
  if (read) check_epoch(family::journal, key, read->epoch);
  if (at <= snapshot_at_) return;  // part of the snapshot, not yet removed
  if (last_ && at != *last_ + 1) missing(*last_ + 1, at - 1);
  last_ = at;
  if (!read) return;
  if (read->epoch < newest_) wrong(family::journal, key, "has an older epoch than what is before it");
  newest_ = std::max(newest_, read->epoch);
}

/// One that is not among those that fall due is not told: the actor can be activated all the same.
void log_check::reminder(std::string_view key, std::string_view value) {
  auto read = decode_reminder(key, value);
  if (!read) return wrong(family::reminders, key, reason(read.error()));
  const auto name = key.substr(prefix_.size());
  if (falls_due_({log_.partition, read->due_ms, log_.name, std::string(name)})) return;
  const bool quarantined = quarantined_;
  wrong(family::reminders, key, "is not among those that fall due");
  quarantined_ = quarantined;
  unreminded_ = true;
}

void log_check::check_epoch(family f, std::string_view key, epoch e) {
  if (!epochs_ || log_.partition.value >= partition_count || e <= epochs_->at(log_.partition.value)) return;
  wrong(f, key, "has epoch " + std::to_string(e.value()) + ", which its partition never had");
}

void log_check::missing(std::uint64_t from, std::uint64_t to) {
  add({family::journal, std::to_string(from), std::to_string(to), "missing", to});
}

void log_check::unreadable(family f, const key_gap& gap) {
  part p{f, {}, {}, "unreadable (" + gap.why + ")", std::nullopt};
  if (f == family::journal) {
    const auto size = prefix_.size() + sizeof(std::uint64_t);
    auto sequence_of = [&](const std::string& key) {
      return get_big_endian<std::uint64_t>(key.substr(prefix_.size()));
    };
    if (gap.after.size() >= size) {
      p.from = std::to_string(sequence_of(gap.after) + 1);
    } else if (last_) {
      p.from = std::to_string(*last_ + 1);
    }
    last_.reset();
    if (gap.before && gap.before->size() >= size) {
      p.last = sequence_of(*gap.before) - 1;
      p.to = std::to_string(*p.last);
    }
  } else if (f != family::snapshots) {
    if (gap.after.size() > prefix_.size()) p.from = "after " + row_text(gap.after);
    if (gap.before && gap.before->size() > prefix_.size()) p.to = "before " + row_text(*gap.before);
  } else {
    last_.reset();
  }
  add(std::move(p));
}

void log_check::wrong(family f, std::string_view key, std::string why) {
  auto name = f == family::snapshots ? std::string() : row_text(key);
  auto rest = key.substr(std::min(key.size(), prefix_.size()));
  std::optional<std::uint64_t> number;
  if (rest.size() == sizeof(std::uint64_t)) number = get_big_endian<std::uint64_t>(rest);
  add({f, name, name, std::move(why), number});
}

void log_check::add(part p) {
  quarantined_ = quarantined_ || quarantines(p.family);
  if (!parts_.empty()) {
    auto& before = parts_.back();
    if (before.family == p.family && before.why == p.why && before.last && p.last && *before.last + 1 == *p.last) {
      before.to = p.to;
      before.last = p.last;
      return;
    }
  }
  if (parts_.size() < parts_max) {
    parts_.push_back(std::move(p));
  } else {
    ++parts_beyond_;
  }
}

void log_check::end() {
  if (parts_.empty()) return;
  std::string what;
  for (const auto& p : parts_) {
    if (!what.empty()) what += "; ";
    what += p.family == family::history ? "history offset" : to_string(p.family);
    if (p.family != family::snapshots) {
      what += " " + (!p.from.empty() && p.from == p.to ? p.from
                                                       : number_or(p.from, "first") + ".." + number_or(p.to, "last"));
    }
    what += ": " + p.why;
  }
  if (parts_beyond_ > 0) what += "; and " + std::to_string(parts_beyond_) + " more";
  const char* served = "this actor, but for history pages that begin with what is named";
  if (unreminded_)
    served = "this actor, but for what is named: it is not reminded, and history pages do not begin there";
  if (quarantined_) served = "not this actor: it is quarantined and answers `corrupt`; all others are served";
  out_.add({{}, log_.name, std::move(what), served, restore_remedy});
}

void log_check::stray(family f, std::string_view key) {
  out_.add({{}, {}, describe(f, key) + ": is no key of this store", "everything", restore_remedy});
}

void log_check::passed_over(family /*f*/, const key_gap& /*gap*/) {}

std::string log_check::row_text(std::string_view key) const {
  auto text = describe(family::history, key);
  auto at = text.rfind(", row ");
  return at == std::string::npos ? text : text.substr(at + 6);
}

}  // namespace lightstick::storage
