#include "tests/sim/rooms/room_model.hpp"

#include <algorithm>

namespace lightstick::sim {

void room_model::fail(const std::string& what) const { throw violation("room/" + name_ + ": " + what); }

void room_model::attempts(const std::string& text, const std::string& user) { words_[text].user = user; }

room_model::words& room_model::known(const std::string& text) {
  auto at = words_.find(text);
  if (at == words_.end()) fail("shows '" + text + "', which nobody said here");
  return at->second;
}

void room_model::is_at(const std::string& text, std::uint64_t at) {
  auto& said = known(text);
  if (said.never)
    fail("'" + text + "' is at " + std::to_string(at) + " though its sender was told that it did not happen");
  if (said.at != 0 && said.at != at) {
    fail("doubled or moved: '" + text + "' is at " + std::to_string(said.at) + " and at " + std::to_string(at));
  }
  said.at = at;
  if (at == 0) fail("'" + text + "' has no offset");
  if (lines_.size() < at) lines_.resize(at);
  auto& here = lines_[at - 1].text;
  if (!here.empty() && here != text) {
    fail("offset " + std::to_string(at) + " was '" + here + "' and is '" + text + "': something seen was lost");
  }
  here = text;
  floor_ = std::max(floor_, at);
}

void room_model::acknowledged(const std::string& text, std::uint64_t at) {
  is_at(text, at);
  known(text).acknowledged = true;
}

void room_model::did_not_happen(const std::string& text) {
  auto& said = known(text);
  if (said.at != 0) fail("'" + text + "' did not happen, but it was seen at " + std::to_string(said.at));
  said.never = true;
}

void room_model::told_newest(std::uint64_t at, std::uint64_t floor_then) {
  if (at < floor_then) {
    fail("lost: it ends at " + std::to_string(at) + ", but " + std::to_string(floor_then) + " was seen before");
  }
  floor_ = std::max(floor_, at);
}

void room_model::saw(const actors::chat_message& m) {
  is_at(m.text, m.off.value());
  if (known(m.text).user != m.user.str()) fail("'" + m.text + "' is said to be of " + m.user.str());
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

void room_model::saw_run(std::span<const actors::chat_message_ptr> messages) {
  for (std::size_t n = 0; n < messages.size(); ++n) {
    if (n > 0 && messages[n]->off != messages[n - 1]->off.next()) {
      fail("a gap: " + std::to_string(messages[n]->off.value()) + " follows " +
           std::to_string(messages[n - 1]->off.value()));
    }
    saw(*messages[n]);
  }
}

void room_model::check_page(const actors::room::page& p, std::optional<offset> before, std::optional<offset> after,
                            std::uint64_t floor_then) {
  saw_run(p.messages);
  const auto sure =
      before ? std::min(floor_then, before->value() - std::min<std::uint64_t>(before->value(), 1)) : floor_then;
  if (p.messages.empty()) {
    if (after ? after->value() < sure : sure > 0)
      fail("lost: a page is empty where " + std::to_string(sure) + " belongs");
    return;
  }
  const auto first = p.messages.front()->off.value();
  const auto last = p.messages.back()->off.value();
  if (after) {
    if (first != after->value() + 1)
      fail("a page after " + std::to_string(after->value()) + " begins at " + std::to_string(first));
    if (!p.more && last < sure)
      fail("lost: a page ends at " + std::to_string(last) + " and says that there is no more");
    return;
  }
  if (last >= before->value() || last < sure) {
    fail("a page before " + std::to_string(before->value()) + " ends at " + std::to_string(last));
  }
  if (p.more != (first > 1)) fail("a page that begins at " + std::to_string(first) + " is wrong about more before it");
}

void room_model::check_join(const actors::room::joined& j, std::optional<std::uint64_t> since,
                            std::uint64_t floor_then) {
  const auto newest = j.off.value();
  told_newest(newest, floor_then);
  saw_run(j.messages);
  const auto last = j.messages.empty() ? std::optional<std::uint64_t>{} : j.messages.back()->off.value();
  if (last && *last > newest) fail("a join up to " + std::to_string(newest) + " shows " + std::to_string(*last));
  if (since) {
    if (!j.recovered) fail("what came since " + std::to_string(*since) + " is there and was not given");
    if (last && j.messages.front()->off.value() != *since + 1) fail("a resume does not begin where the reader was");
    if (!j.more && last.value_or(*since) != newest) fail("a resume ends early and says that there is no more");
    return;
  }
  if (j.recovered) fail("a join that asked for nothing recovered it");
  if (last && *last != newest) fail("a join shows an older end than its offset");
}

void room_model::check_all(std::span<const actors::chat_message_ptr> history) {
  saw_run(history);
  if (!history.empty() && history.front()->off.value() != 1) fail("its history does not begin at 1");
  if (history.size() < floor_) {
    fail("lost: it holds " + std::to_string(history.size()) + " messages, " + std::to_string(floor_) + " were seen");
  }
  for (const auto& [text, said] : words_) {
    if (said.acknowledged && (said.at > history.size() || history[said.at - 1]->text != text))
      fail("lost: '" + text + "'");
  }
}

}  // namespace lightstick::sim
