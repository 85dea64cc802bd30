// What a user has said goes from a real node, and nothing of anybody else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "runtime/base/random.hpp"
#include "storage/verify.hpp"
#include "tests/support/node_test.hpp"

namespace lightstick::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class erasing : public node_test {
 protected:
  static constexpr int rounds = 20;

  run_result command(std::vector<std::string> words) {
    write_file(the_node().folder() / "token", the_node().token("operator", "admin") + "\n");
    words.insert(words.begin(),
                 {"admin", "--node", the_node().admin_url(), "--token-file", (the_node().folder() / "token").string()});
    return run(lightstick_binary(), words);
  }
  run_result backup() {
    return run(lightstick_binary(),
               {"backup", "--to", (the_node().folder() / "backups").string(), "--keep-for", "30d", "--node",
                the_node().admin_url(), "--token-file", (the_node().folder() / "token").string()});
  }

  /// Mina and Jun take turns in two rooms. Mina's texts are hers by a word that no compression shortens.
  void talk() {
    auto mina = the_node().enter(encoding::json, "mina");
    auto jun = the_node().enter(encoding::msgpack, "jun");
    for (const auto* room : {"aurora", "lobby"}) {
      mina.join(room);
      jun.join(room);
      for (int i = 0; i < rounds; ++i) {
        mina.publish(room, secret_ + " " + std::to_string(i), "cid" + std::to_string(i));
        jun.publish(room, kept_ + " " + std::to_string(i), "cid" + std::to_string(i));
      }
    }
    jun.join("empty");
  }
  void shows_jun_alone(std::vector<chat> messages) const {
    ASSERT_FALSE(messages.empty());
    EXPECT_EQ(messages.back().tomb, "something") << "whom it withdraws is forgotten as well";
    messages.pop_back();
    ASSERT_EQ(messages.size(), 2U * rounds) << "offsets stay";
    for (const auto& m : messages) {
      EXPECT_EQ(m.gone, m.off % 2 == 1) << m;
      EXPECT_TRUE(m.gone || m.text.find(kept_) == 0) << m;
    }
  }
  [[nodiscard]] std::vector<std::string> files_with(const std::string& bytes) {
    std::vector<std::string> found;
    for (const auto& item : std::filesystem::recursive_directory_iterator(the_node().data())) {
      if (!item.is_regular_file()) continue;
      std::ifstream in(item.path(), std::ios::binary);
      const std::string all{std::istreambuf_iterator<char>(in), {}};
      if (all.find(bytes) != std::string::npos) found.push_back(item.path().filename().string());
    }
    return found;
  }

  seeded_random random_{17};
  const std::string secret_ = "mina's" + random_hex(random_, 16);
  const std::string kept_ = "jun's" + random_hex(random_, 16);
};

TEST_F(erasing, nothing_of_one_is_left_and_all_of_the_other) {
  the_node();
  talk();
  ASSERT_THAT(files_with(secret_), Not(testing::IsEmpty())) << "or the test would find nothing anyway";
  const auto done = command({"erase", "user/mina", "--yes", "--progress"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, AllOf(HasSubstr("erased user/mina: 40 messages in 2 rooms of "), HasSubstr("2 rooms of"),
                              HasSubstr("0 dead letters"), HasSubstr("Back-ups that were made before")));
  EXPECT_THAT(command({"audit"}).out, AllOf(HasSubstr("erase"), HasSubstr("user/mina"), HasSubstr("operator"),
                                            HasSubstr("asked"), HasSubstr("40 messages in 2 rooms")));
  EXPECT_THAT(files_with(secret_), testing::IsEmpty()) << "the node is still running";
  for (bool again : {false, true}) {
    if (again) the_node().restart();
    auto reader = the_node().enter(encoding::json, "reader");
    for (const auto* room : {"aurora", "lobby"}) {
      shows_jun_alone(parse_chats(reader.join(room)));
      shows_jun_alone(reader.history_after(room, 0));
    }
    const auto twice = command({"erase", "user/mina", "--yes"});
    ASSERT_EQ(twice.exit_code, 0) << twice.err;
    EXPECT_THAT(twice.out, HasSubstr("0 messages in 0 rooms of"));
  }
  the_node().terminate();
  EXPECT_THAT(files_with(secret_), testing::IsEmpty());
  const auto verified = storage::verify_folder(the_node().data(), {});
  ASSERT_TRUE(verified) << verified.error().to_string();
  EXPECT_EQ(verified->damage.count(), 0U);
}

/// The second page of rooms is being looked for when those of the first are done: the rate leaves it more than half a second.
TEST_F(erasing, a_node_that_is_killed_in_the_middle_of_it_loses_nothing_else_and_can_be_asked_again) {
  constexpr int rooms = 80;
  constexpr std::uint64_t rate = 24'000;
  auto& n = start_node(
      {"--rates-publish-fan", "unlimited", "--rates-publish-user", "unlimited", "--rates-requests", "unlimited"});
  const auto room_of = [](int i) { return "hall" + std::to_string(i); };
  {
    auto mina = n.enter(encoding::json, "mina");
    auto jun = n.enter(encoding::msgpack, "jun");
    for (int i = 0; i < rooms; ++i) {
      mina.join(room_of(i));
      jun.join(room_of(i));
      for (const auto* cid : {"a", "b"}) {
        mina.publish(room_of(i), secret_ + std::string(100, '.'), cid);
        jun.publish(room_of(i), kept_ + " in " + room_of(i), cid);
      }
    }
  }
  const auto gone_in_all = [&] {
    auto reader = n.enter(encoding::json, "reader");
    int gone = 0;
    for (int i = 0; i < rooms; ++i) {
      reader.join(room_of(i));
      auto all = reader.history_after(room_of(i), 0);
      std::erase_if(all, [](const chat& m) { return !m.tomb.empty(); });
      EXPECT_EQ(all.size(), 4U) << room_of(i);
      for (const auto& m : all) {
        const bool of_mina = m.off % 2 == 1;
        gone += m.gone ? 1 : 0;
        EXPECT_TRUE(of_mina || !m.gone) << m;
        EXPECT_EQ(m.text, m.gone ? "" : of_mina ? secret_ + std::string(100, '.') : kept_ + " in " + room_of(i));
      }
    }
    return gone;
  };
  const auto before = n.metric("lightstick_storage_appends_total");
  const auto begun = http_post(n.admin_port(), "/v1/admin/erase",
                               value::map{{"actor", "user/mina"}, {"bytes_per_second", rate}}, n.admin_headers());
  ASSERT_EQ(begun.status, 202) << begun.body;
  const auto until = std::chrono::steady_clock::now() + patience;
  while (n.metric("lightstick_storage_appends_total") < before + 20) {
    ASSERT_LT(std::chrono::steady_clock::now(), until) << "no room was asked";
  }
  n.restart();
  const auto gone = gone_in_all();
  EXPECT_GT(gone, 0);
  EXPECT_LT(gone, 2 * rooms) << "it was through already";
  const auto missing = n.admin_get("/v1/admin/erase");
  EXPECT_EQ(missing.status, 404) << "the node does not go on by itself: " << missing.body;

  const auto again = command({"erase", "user/mina", "--yes"});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr("erased user/mina: " + std::to_string(2 * rooms - gone) + " messages in "));
  EXPECT_THAT(again.out, HasSubstr("erase again with --all-files")) << "what the first one erased may be in a file";
  const auto whole = command({"erase", "user/mina", "--yes", "--all-files"});
  ASSERT_EQ(whole.exit_code, 0) << whole.err;
  EXPECT_THAT(whole.out,
              AllOf(HasSubstr("erased user/mina: 0 messages"), HasSubstr("The files of this node hold none")));
  EXPECT_THAT(files_with(secret_), testing::IsEmpty());
  EXPECT_EQ(gone_in_all(), 2 * rooms);
  EXPECT_THAT(command({"audit"}).out, HasSubstr("asked"));
  n.terminate();
  const auto verified = storage::verify_folder(n.data(), {});
  ASSERT_TRUE(verified) << verified.error().to_string();
  EXPECT_EQ(verified->damage.count(), 0U);
}

TEST_F(erasing, one_who_resumes_gets_places_and_one_who_stays_can_go_on) {
  talk();
  auto mina = the_node().enter(encoding::json, "mina");
  const auto hist = mina.join("aurora")["hist"].text();
  ASSERT_EQ(command({"erase", "user/mina", "--yes"}).exit_code, 0);
  const auto next = mina.publish("aurora", "I am still here");
  EXPECT_EQ(mina.push("tomb")["tomb"]["user"].text(), "mina") << "whoever is here is told";
  EXPECT_EQ(next["off"].number(), 2U * rounds + 2);
  auto jun = the_node().dial(encoding::json);
  const auto resumed = jun.auth(the_node().token("jun"), "d2",
                                {value::map{{"room", "aurora"}, {"hist", hist}, {"off", std::uint64_t{2}}}})["rooms"]
                           .items()
                           .at(0);
  EXPECT_TRUE(resumed["recovered"].flag());
  for (const auto& m : parse_chats(resumed)) {
    EXPECT_EQ(m.gone, m.off % 2 == 1 && m.off <= 2U * rounds) << m;
    EXPECT_EQ(m.tomb.empty(), m.off != 2U * rounds + 1) << m;
  }
}

TEST_F(erasing, back_ups_that_still_hold_it_are_counted) {
  talk();
  (void)command({"audit"});
  const auto made = backup();
  ASSERT_EQ(made.exit_code, 0) << made.err;
  const auto done = command({"erase", "user/mina", "--yes", "--all-files"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("1 back-up in " + (the_node().folder() / "backups").string() + " still holds it"));
  EXPECT_THAT(done.out, HasSubstr("the last expires 20"));
  const auto json = command({"--json", "erase", "user/mina", "--yes"});
  EXPECT_THAT(json.out, AllOf(HasSubstr("\"messages\":0"), HasSubstr("\"expires_ms\":")));
}

TEST_F(erasing, a_trim_goes_through_all_rooms_and_is_written_down) {
  talk();
  the_node().restart();  // so that some rooms are not active
  const auto done = command({"trim"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(done.out, testing::ContainsRegex("([0-9]+) of [0-9]+ rooms have let go"));
  EXPECT_THAT(command({"audit"}).out, AllOf(HasSubstr("trim"), HasSubstr("all rooms"), HasSubstr("done: ")));
  auto reader = the_node().enter(encoding::json, "reader");
  EXPECT_EQ(parse_chats(reader.join("aurora")).size(), 2U * rounds);
}

TEST_F(erasing, wrong_orders_are_named_and_change_nothing) {
  struct wrong {
    std::vector<std::string> words;
    const char* said;
  };
  const std::vector<wrong> all{
      {{"erase"}, "erase takes a user"},
      {{"erase", "mina", "--yes"}, "erase takes a user"},
      {{"erase", "room/aurora", "--yes"}, "is no user"},
      {{"erase", "user/mina"}, "add --yes"},
  };
  for (const auto& w : all) {
    const auto refused = command(w.words);
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_THAT(refused.err, HasSubstr(w.said));
  }
  const auto far = command({"erase", "user/a/b", "--yes"});
  EXPECT_EQ(far.exit_code, 1);
  EXPECT_THAT(far.err, HasSubstr("has to name a user"));
}

}  // namespace
}  // namespace lightstick::test
