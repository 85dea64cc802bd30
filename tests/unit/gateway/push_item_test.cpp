#include "gateway/net/push_item.hpp"

#include <gtest/gtest.h>

namespace lightstick::gateway::net {
namespace {

actors::chat_message_ptr said(std::uint64_t off) {
  actors::chat_message m;
  m.off = offset(off);
  m.text = "hi";
  return std::make_shared<const actors::chat_message>(std::move(m));
}
actors::chat_message_ptr tomb(std::uint64_t off) {
  actors::chat_message m;
  m.off = offset(off);
  m.tomb = actors::tomb_kind::message;
  m.reply_to = offset(1);
  return std::make_shared<const actors::chat_message>(std::move(m));
}

push_ptr item(std::vector<actors::chat_message_ptr> messages) {
  auto made = std::make_shared<push_item>();
  made->batch = std::make_shared<const actors::room_batch>(actors::room_batch{room_id("aurora"), std::move(messages)});
  return made;
}

using sizes = std::vector<std::size_t>;

TEST(push_item, a_tomb_is_split_off_and_never_merged) {
  const auto pieces = split(item({said(1), said(2), tomb(3), tomb(4), said(5)})->batch);
  sizes split_sizes;
  for (const auto& each : pieces) split_sizes.push_back(each->messages.size());
  EXPECT_EQ(split_sizes, (sizes{2, 1, 1, 1}));

  sizes merged_sizes;
  for (const auto& each :
       merge({item({said(1)}), item({said(2)}), item({tomb(3)}), item({tomb(4)}), item({said(5)}), item({said(6)})})) {
    merged_sizes.push_back(each->batch->messages.size());
  }
  EXPECT_EQ(merged_sizes, (sizes{2, 1, 1, 2}));
}

TEST(push_item, a_tomb_is_a_frame_of_its_own) {
  auto made = *item({tomb(3)});
  EXPECT_EQ(encode(made, {true, true}), 2U);
  EXPECT_EQ(made.bytes[0].payload(), R"({"op":"tomb","room":"aurora","off":3,"ts":0,"tomb":{"off":1}})");
}

}  // namespace
}  // namespace lightstick::gateway::net
