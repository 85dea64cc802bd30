#include "gateway/net/push_item.hpp"

#include <algorithm>

#include "gateway/net/fan_lane.hpp"

namespace lightstick::gateway::net {
namespace {

constexpr std::size_t message_overhead_bytes = 96;  // keys, numbers, quotes
constexpr std::size_t member_overhead_bytes = 32;

bool is_tomb(const actors::chat_message& m) { return m.tomb != actors::tomb_kind::none; }

/// A tomb is a frame of its own, so a batch of its own.
bool is_tomb(const push_item& item) { return item.batch && is_tomb(*item.batch->messages.front()); }

std::string encoded(protocol::encoding e, const push_item& item) {
  if (is_tomb(item)) return protocol::tomb(e, item.batch->room, *item.batch->messages.front());
  if (item.batch) {
    const auto& all = item.batch->messages;
    return protocol::messages(e, item.batch->room, all, skipped_in(all, item.after()));
  }
  return protocol::change(e, *item.change);
}

std::size_t weight_of(const actors::chat_message& m) {
  return message_overhead_bytes + m.user.str().size() + m.name.size() + m.text.size() + m.data.size();
}

push_ptr joined_batch(std::span<const push_ptr> run) {
  if (run.size() == 1) return run.front();
  auto whole = std::make_shared<actors::room_batch>();
  whole->room = run.front()->batch->room;
  for (const auto& each : run) {
    whole->messages.insert(whole->messages.end(), each->batch->messages.begin(), each->batch->messages.end());
  }
  auto item = std::make_shared<push_item>();
  item->batch = std::move(whole);
  item->told_after = run.front()->after();
  return item;
}

std::vector<push_ptr> join_batches(std::span<const push_ptr> batches) {
  std::vector<push_ptr> out;
  std::size_t begin = 0;
  std::size_t messages = 0;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    const auto more_messages = batches[i]->batch->messages.size();
    const auto more_bytes = net::weight_of(*batches[i]);
    const bool alone = i > begin && (is_tomb(*batches[i]) || is_tomb(*batches[i - 1]));
    if (alone || (i > begin && (messages + more_messages > item_messages_max || bytes + more_bytes > item_bytes_max))) {
      out.push_back(joined_batch(batches.subspan(begin, i - begin)));
      begin = i;
      messages = bytes = 0;
    }
    messages += more_messages;
    bytes += more_bytes;
  }
  if (begin < batches.size()) out.push_back(joined_batch(batches.subspan(begin)));
  return out;
}

void apply(actors::room_change& whole, const actors::room_change& next) {
  whole.status = next.status;
  if (next.typing) whole.typing = next.typing;
  for (const auto& user : next.left) {
    std::erase_if(whole.joined, [&](const actors::member& m) { return m.user == user; });
    if (std::find(whole.left.begin(), whole.left.end(), user) == whole.left.end()) whole.left.push_back(user);
  }
  for (const auto& member : next.joined) {
    std::erase(whole.left, member.user);
    std::erase_if(whole.joined, [&](const actors::member& m) { return m.user == member.user; });
    whole.joined.push_back(member);
  }
}

void apply(actors::board_delta& whole, const actors::board_delta& next) {
  if (whole.since != next.since) {
    whole = next;
    return;
  }
  for (const auto& user : next.gone) {
    std::erase_if(whole.set, [&](const actors::board_entry& row) { return row.user == user; });
    if (std::ranges::find(whole.gone, user) == whole.gone.end()) whole.gone.push_back(user);
  }
  for (const auto& row : next.set) {
    std::erase(whole.gone, row.user);
    std::erase_if(whole.set, [&](const actors::board_entry& known) { return known.user == row.user; });
    whole.set.push_back(row);
  }
}

void apply_boards(actors::room_change& whole, const actors::room_change& next) {
  for (const auto& board : next.boards) {
    const auto known = std::ranges::find(whole.boards, board.of, &actors::board_delta::of);
    if (known == whole.boards.end()) {
      whole.boards.push_back(board);
    } else {
      apply(*known, board);
    }
  }
}

push_ptr join_changes(std::span<const push_ptr> changes) {
  if (changes.size() == 1) return changes.front();
  auto whole = std::make_shared<actors::room_change>(*changes.front()->change);
  for (const auto& each : changes.subspan(1)) {
    apply(*whole, *each->change);
    apply_boards(*whole, *each->change);
  }
  auto item = std::make_shared<push_item>();
  item->change = std::move(whole);
  return item;
}

}  // namespace

std::size_t encode(push_item& item, const encodings_wanted& wanted) {
  std::size_t written = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!wanted[i] || item.bytes[i]) continue;
    const auto e = static_cast<protocol::encoding>(i);
    item.bytes[i] = ws::prepared(kind_of(e), encoded(e, item));
    ++written;
  }
  return written;
}

ws::prepared encode_tail(protocol::encoding e, const actors::room_batch& batch, offset floor) {
  const auto begin = std::find_if(batch.messages.begin(), batch.messages.end(),
                                  [&](const actors::chat_message_ptr& m) { return m->off > floor; });
  const std::span<const actors::chat_message_ptr> rest{begin, batch.messages.end()};
  return {kind_of(e), protocol::messages(e, batch.room, rest, skipped_in(rest, floor))};
}

std::size_t weight_of(const push_item& item) {
  std::size_t total = message_overhead_bytes;
  if (item.batch) {
    for (const auto& m : item.batch->messages) total += weight_of(*m);
    return total;
  }
  for (const auto& m : item.change->joined) total += member_overhead_bytes + m.user.str().size() + m.name.size();
  for (const auto& user : item.change->left) total += member_overhead_bytes + user.str().size();
  for (const auto& board : item.change->boards) {
    for (const auto& row : board.set) total += member_overhead_bytes + row.user.str().size() + row.name.size();
    for (const auto& user : board.gone) total += member_overhead_bytes + user.str().size();
  }
  if (item.change->typing) {
    for (const auto& m : *item.change->typing) total += member_overhead_bytes + m.user.str().size() + m.name.size();
  }
  return total;
}

std::vector<std::shared_ptr<const actors::room_batch>> split(std::shared_ptr<const actors::room_batch> batch) {
  std::vector<std::shared_ptr<const actors::room_batch>> out;
  const auto& all = batch->messages;
  auto begin = all.begin();
  std::size_t bytes = 0;
  const auto cut = [&](auto end) {
    auto piece = std::make_shared<actors::room_batch>();
    piece->room = batch->room;
    piece->messages.assign(begin, end);
    out.push_back(std::move(piece));
  };
  for (auto at = begin; at != all.end(); ++at) {
    const auto more = weight_of(**at);
    const bool full = bytes + more > item_bytes_max || static_cast<std::size_t>(at - begin) >= item_messages_max;
    if (at != begin && (full || is_tomb(**at) || is_tomb(**(at - 1)))) {
      cut(at);
      begin = at;
      bytes = 0;
    }
    bytes += more;
  }
  if (out.empty()) return {std::move(batch)};
  cut(all.end());
  return out;
}

std::vector<push_ptr> merge(std::vector<push_ptr> items) {
  if (items.size() < 2) return items;
  const auto changes =
      std::stable_partition(items.begin(), items.end(), [](const push_ptr& p) { return p->batch != nullptr; });
  auto out = join_batches({items.begin(), changes});
  if (changes != items.end()) out.push_back(join_changes({changes, items.end()}));
  return out;
}

}  // namespace lightstick::gateway::net
