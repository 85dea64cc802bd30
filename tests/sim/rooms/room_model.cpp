#include "tests/sim/rooms/room_model.hpp"

#include <algorithm>

namespace lightstick::sim {
namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

void room_model::fail(const std::string& what) const { throw violation("room/" + name_ + ": " + what); }

void room_model::attempts(const std::string& text, const std::string& user) {
  auto& said = words_[first_line(text)];
  said.user = user;
  said.born = forgetting_[user].ended;
}

room_model::words& room_model::known(const std::string& text) {
  auto at = words_.find(text);
  if (at == words_.end()) fail("shows '" + text + "', which nobody said here");
  return at->second;
}

room_model::line& room_model::line_at(std::uint64_t at) {
  if (lines_.size() < at) lines_.resize(at);
  return lines_[at - 1];
}

// ---- what may go ----

void room_model::erase_begins(const std::string& user) {
  auto& f = forgetting_[user];
  ++f.begun;
  f.covers.clear();
  for (const auto& [text, said] : words_) {
    if (said.user == user) f.covers.insert(f.covers.end(), said.places.begin(), said.places.end());
  }
}

void room_model::erase_ended(const std::string& user, bool done) {
  auto& f = forgetting_[user];
  f.ended = f.begun;
  if (!done) return;
  ++erasures_;
  for (auto at : f.covers) {
    auto& erased = line_at(at).erased;
    if (erased == 0) erased = erasures_;
  }
}

void room_model::is_withdrawn(std::uint64_t at) {
  auto& here = line_at(at);
  if (here.erased == 0) here.erased = ++erasures_;
}

void room_model::withdraw_ended(std::uint64_t at, bool done) {
  if (done) is_withdrawn(at);
}

/// An erasure may take what was said before it had ended.
bool room_model::may_be_erased(const words& w) const {
  auto f = forgetting_.find(w.user);
  return f != forgetting_.end() && f->second.begun > w.born;
}

/// Whether it may be too old by now, or too much: as far as is known, times rise with offsets.
bool room_model::may_be_gone(std::uint64_t at) const {
  if (keep_.age.count() > 0) {
    std::int64_t not_before = 0;
    for (auto n = std::min<std::uint64_t>(at, lines_.size()); n > 0 && not_before == 0; --n)
      not_before = lines_[n - 1].ts;
    if (keep_.expired({not_before}, clock_.wall())) return true;
  }
  if (keep_.bytes == 0) return false;
  // A chapter goes as a whole. What nobody has seen may be there as well.
  const auto unseen = std::ranges::count_if(words_, [](const auto& w) { return w.second.places.empty(); });
  const auto from_here =
      lines_.size() + 1 - std::min<std::uint64_t>(at, lines_.size()) + static_cast<std::uint64_t>(unseen);
  return from_here * message_bytes_max_ + actors::room::chapters::bytes_max > keep_.bytes;
}

void room_model::begins_at(std::uint64_t first) {
  if (first <= begins_) return;
  if (!may_be_gone(first - 1))
    fail("lost: it begins at " + std::to_string(first) + ", and what is before is not too old");
  begins_ = first;
}

// ---- what is there ----

void room_model::is_at(const std::string& text, std::uint64_t at) {
  auto& said = known(text);
  if (said.never)
    fail("'" + text + "' is at " + std::to_string(at) + " though its sender was told that it did not happen");
  if (at == 0) fail("'" + text + "' has no offset");
  if (!std::ranges::count(said.places, at)) {
    if (!said.places.empty() && !may_be_erased(said)) {
      fail("doubled or moved: '" + text + "' is at " + std::to_string(said.places.back()) + " and at " +
           std::to_string(at));
    }
    said.places.push_back(at);
  }
  auto& here = line_at(at).text;
  if (!here.empty() && here != text) {
    fail("offset " + std::to_string(at) + " was '" + here + "' and is '" + text + "': something seen was lost");
  }
  here = text;
  floor_ = std::max(floor_, at);
}

void room_model::acknowledged(const std::string& text, std::uint64_t at) {
  is_at(first_line(text), at);
  known(first_line(text)).acknowledged = true;
}

void room_model::did_not_happen(const std::string& text) {
  auto& said = known(first_line(text));
  if (!said.places.empty()) {
    fail("'" + first_line(text) + "' did not happen, but it was seen at " + std::to_string(said.places.front()));
  }
  said.never = true;
}

void room_model::told_newest(std::uint64_t at, std::uint64_t floor_then) {
  if (at < floor_then) {
    fail("lost: it ends at " + std::to_string(at) + ", but " + std::to_string(floor_then) + " was seen before");
  }
  floor_ = std::max(floor_, at);
}

void room_model::saw(const actors::chat_message& m, const moment& then) {
  if (m.off.value() == 0) fail("shows a message without offset");
  if (m.tomb != actors::tomb_kind::none) {
    saw_tomb(m);
  } else if (m.gone) {
    saw_withdrawn(m);
  } else {
    if (line_at(m.off.value()).tomb) fail("offset " + std::to_string(m.off.value()) + " was a tomb");
    const auto text = first_line(m.text);
    is_at(text, m.off.value());
    if (known(text).user != m.user.str()) fail("'" + text + "' is said to be of " + m.user.str());
    const auto erased = line_at(m.off.value()).erased;
    if (erased != 0 && erased <= then.erasures) fail("'" + text + "' was erased and is there again");
  }
  saw_time(m);
}

/// What it withdraws has gone for whoever asks from now on.
void room_model::saw_tomb(const actors::chat_message& m) {
  const auto at = m.off.value();
  auto& here = line_at(at);
  if (!here.text.empty()) fail("offset " + std::to_string(at) + " was '" + here.text + "' and is a tomb");
  here.tomb = true;
  floor_ = std::max(floor_, at);
  if (m.tomb == actors::tomb_kind::message) {
    if (!line_at(m.reply_to->value()).unwanted) fail("a tomb of what nobody wanted to be withdrawn");
    return is_withdrawn(m.reply_to->value());
  }
  if (m.tomb != actors::tomb_kind::user) return;
  for (const auto& [text, said] : words_) {
    if (said.user != m.user.str()) continue;
    if (!forgetting_.contains(said.user)) fail("a tomb of " + said.user + ", whom nobody wanted to be forgotten");
    for (auto place : said.places) {
      if (place < at) is_withdrawn(place);
    }
  }
}

void room_model::saw_withdrawn(const actors::chat_message& m) {
  const auto what = "message " + std::to_string(m.off.value());
  if (m != actors::withdraw(m)) fail(what + " was withdrawn, and something of it is left");
  auto& here = line_at(m.off.value());
  if (here.tomb) fail(what + " was a tomb");
  const bool may = here.unwanted ? true
                   : here.text.empty()
                       ? std::ranges::any_of(forgetting_, [](const auto& f) { return f.second.begun > 0; })
                       : may_be_erased(known(here.text));
  if (!may) fail("lost: " + what + " was withdrawn, and nobody wanted it to be");
  is_withdrawn(m.off.value());
  floor_ = std::max(floor_, m.off.value());
}

void room_model::saw_time(const actors::chat_message& m) {
  auto at = m.off.value() - 1;
  auto& here = lines_[at];
  if (here.ts != 0 && here.ts != m.ts.value) fail("the time of offset " + std::to_string(at + 1) + " has changed");
  here.ts = m.ts.value;
  const auto before = at > 0 ? lines_[at - 1].ts : 0;
  const auto after = at + 1 < lines_.size() ? lines_[at + 1].ts : 0;
  if (before > m.ts.value || (after != 0 && after < m.ts.value)) {
    fail("time goes back around offset " + std::to_string(at + 1));
  }
}

void room_model::saw_run(std::span<const actors::chat_message_ptr> messages, const moment& then) {
  for (std::size_t n = 0; n < messages.size(); ++n) {
    if (n > 0 && messages[n]->off != messages[n - 1]->off.next()) {
      fail("a gap: " + std::to_string(messages[n]->off.value()) + " follows " +
           std::to_string(messages[n - 1]->off.value()));
    }
    saw(*messages[n], then);
  }
}

// ---- answers ----

/// What had gone when it was asked for does not come.
void room_model::saw_answer(std::span<const actors::chat_message_ptr> messages, const moment& then) {
  saw_run(messages, then);
  if (messages.empty()) return;
  const auto& first = *messages.front();
  const auto what = "message " + std::to_string(first.off.value());
  if (first.off.value() < then.begins) fail(what + " is there again; it began at " + std::to_string(then.begins));
  if (keep_.expired(first.ts, then.at)) fail(what + " is shown though it was too old when it was asked for");
}

void room_model::check_page(const actors::room::page& p, std::optional<offset> before, std::optional<offset> after,
                            const moment& then) {
  saw_answer(p.messages, then);
  const auto sure =
      before ? std::min(then.floor, before->value() - std::min<std::uint64_t>(before->value(), 1)) : then.floor;
  if (p.messages.empty()) {
    if (!(after ? after->value() < sure : sure > 0)) return;
    if (sure >= begins_ && !may_be_gone(sure)) fail("lost: a page is empty where " + std::to_string(sure) + " belongs");
    return begins_at(sure + 1);
  }
  const auto first = p.messages.front()->off.value();
  const auto last = p.messages.back()->off.value();
  if (after) {
    if (first != after->value() + 1) begins_at(first);
    if (!p.more && last < sure)
      fail("lost: a page ends at " + std::to_string(last) + " and says that there is no more");
    return;
  }
  if (last >= before->value() || last < sure) {
    fail("a page before " + std::to_string(before->value()) + " ends at " + std::to_string(last));
  }
  if (p.more && first == 1) fail("a page that begins at 1 says that there is more before it");
  if (!p.more) begins_at(first);
}

void room_model::check_join(const actors::room::joined& j, std::optional<std::uint64_t> since, const moment& then) {
  const auto newest = j.off.value();
  told_newest(newest, then.floor);
  saw_answer(j.messages, then);
  const auto last = j.messages.empty() ? std::optional<std::uint64_t>{} : j.messages.back()->off.value();
  if (last && *last > newest) fail("a join up to " + std::to_string(newest) + " shows " + std::to_string(*last));
  if (since && j.recovered) {
    if (last && j.messages.front()->off.value() != *since + 1) fail("a resume does not begin where the reader was");
    if (!j.more && last.value_or(*since) != newest) fail("a resume ends early and says that there is no more");
    return;
  }
  if (since && !may_be_gone(*since + 1))
    fail("what came since " + std::to_string(*since) + " is there and was not given");
  if (!since && j.recovered) fail("a join that asked for nothing recovered it");
  if (last && *last != newest) fail("a join shows an older end than its offset");
}

// ---- the end ----

/// What nobody may read any more is not stored either.
void room_model::check_erased(std::uint64_t at, const actors::chat_message& m) const {
  const auto& here = lines_[at - 1];
  if (here.erased != 0 && !m.gone) fail("'" + here.text + "' was erased and is still stored");
  if (m.gone || here.tomb || here.text.empty()) return;
  const auto& places = words_.at(here.text).places;
  if (std::ranges::any_of(places, [at](auto other) { return other > at; })) {
    fail("doubled: '" + here.text + "' is stored at " + std::to_string(at) + " and again later");
  }
}

void room_model::check_all(std::span<const actors::chat_message_ptr> history, std::uint64_t first, bool swept) {
  saw_run(history);
  begins_at(first);
  if (!history.empty() && history.front()->off.value() != first) {
    fail("it begins at " + std::to_string(history.front()->off.value()) + " and says at " + std::to_string(first));
  }
  const auto last = first - 1 + history.size();
  if (last < floor_) fail("lost: it ends at " + std::to_string(last) + ", " + std::to_string(floor_) + " was seen");
  for (const auto& m : history) {
    if (swept) check_erased(m->off.value(), *m);
  }
  for (const auto& [text, said] : words_) {
    if (!said.acknowledged || said.places.back() < first) continue;
    const auto at = *std::ranges::max_element(said.places);
    if (at < first) continue;
    const auto& there = *history[at - first];
    if (!there.gone && first_line(there.text) != text) fail("lost: '" + text + "'");
  }
}

}  // namespace lightstick::sim
