// Back-ups, restoring, verify and stats as an operator meets them, of a node that runs and of a folder that is closed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "tests/support/damage.hpp"
#include "tests/support/node_test.hpp"

namespace lightstick::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class care : public node_test {
 protected:
  [[nodiscard]] std::string token_file() {
    write_file(the_node().folder() / "token", the_node().token("operator", "admin") + "\n");
    return (the_node().folder() / "token").string();
  }
  run_result lightstick(std::vector<std::string> words) { return run(lightstick_binary(), words); }
  run_result on_node(std::vector<std::string> words) {
    words.insert(words.end(), {"--node", the_node().admin_url(), "--token-file", token_file()});
    return lightstick(std::move(words));
  }
  [[nodiscard]] std::string data() { return the_node().data().string(); }
  [[nodiscard]] std::string backups() { return (the_node().folder() / "backups").string(); }
};

/// What one client was told is committed.
class speaker {
 public:
  speaker(const node& to, std::string user) : to_(to), user_(std::move(user)), thread_([this] { speak(); }) {}
  ~speaker() {
    stop_ = true;
    thread_.join();
  }
  [[nodiscard]] std::vector<std::pair<std::uint64_t, std::string>> committed() {
    std::lock_guard lock(mutex_);
    return committed_;
  }
  void wait_for(std::size_t messages) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (committed().size() < messages) {
      if (std::chrono::steady_clock::now() > until) throw std::runtime_error("nobody is served");
      std::this_thread::sleep_for(milliseconds{5});
    }
  }

 private:
  void speak() {
    try {
      auto client = to_.enter(encoding::msgpack, user_);
      client.join("aurora");
      for (int n = 0; !stop_; ++n) {
        auto text = user_ + " says " + std::to_string(n);
        auto off = client.publish("aurora", text)["off"].number();
        std::lock_guard lock(mutex_);
        committed_.emplace_back(static_cast<std::uint64_t>(off), std::move(text));
      }
    } catch (const std::exception&) {  // the node was killed
    }
  }

  const node& to_;
  const std::string user_;
  std::mutex mutex_;
  std::vector<std::pair<std::uint64_t, std::string>> committed_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

TEST_F(care, a_node_is_backed_up_under_load_and_what_was_acknowledged_before_is_restored) {
  auto& n = start_node(
      {"--rates-publish-fan", "unlimited", "--rates-publish-user", "unlimited", "--rates-requests", "unlimited"});
  std::vector<std::pair<std::uint64_t, std::string>> before;
  {
    speaker mina(n, "mina");
    speaker jun(n, "jun");
    for (int i = 0; i < 3; ++i) {
      mina.wait_for(mina.committed().size() + 20);
      before = mina.committed();
      auto more = jun.committed();
      before.insert(before.end(), more.begin(), more.end());
      const auto made = on_node({"backup", data(), "--to", backups(), "--keep", "2", "--progress"});
      ASSERT_EQ(made.exit_code, 0) << made.err;
      EXPECT_THAT(made.out, HasSubstr("acknowledged before"));
      EXPECT_THAT(made.err, HasSubstr("100%"));
    }
    mina.wait_for(mina.committed().size() + 20);  // lost below
    n.crash();
  }
  std::filesystem::rename(n.data(), n.folder() / "lost");
  const auto restored = lightstick({"restore", backups(), "--to", data()});
  ASSERT_EQ(restored.exit_code, 0) << restored.err;
  EXPECT_THAT(restored.out, AllOf(HasSubstr("that is lost"), HasSubstr("new history")));
  n.start();
  auto reader = n.enter(encoding::json, "reader");
  reader.join("aurora");
  std::map<std::uint64_t, std::string> there;
  for (const auto& c : reader.history_after("aurora", 0)) there[c.off] = c.text;
  ASSERT_GE(before.size(), 60U);
  for (const auto& [off, text] : before) ASSERT_EQ(there[off], text) << off;
  for (std::uint64_t off = 1; off <= there.size(); ++off) ASSERT_TRUE(there.contains(off)) << "offsets are dense";
  const auto list = lightstick({"backups", backups(), "--json"});
  ASSERT_EQ(list.exit_code, 0) << list.err;
  EXPECT_THAT(list.out, AllOf(HasSubstr("\"keep\":2"), HasSubstr("\"id\":3"), testing::Not(HasSubstr("\"id\":1,"))));
  n.terminate();
  EXPECT_EQ(lightstick({"verify", data()}).exit_code, 0);

  EXPECT_EQ(lightstick({"verify", backups()}).exit_code, 0);
  std::ofstream(backups() + "/rocks/private/3/CURRENT", std::ios::app) << "x";
  const auto damaged = lightstick({"verify", backups()});
  EXPECT_EQ(damaged.exit_code, 3) << damaged.err;
  EXPECT_THAT(damaged.out, AllOf(HasSubstr("rocks/private/3/CURRENT: its checksum"), HasSubstr("1 damaged; whole:")));
}

/// Restores until the process has begun with the target, and kills it there. False when it was too quick.
bool restore_killed_midway(const std::string& backups, const std::filesystem::path& to,
                           const std::filesystem::path& out) {
  process restoring(lightstick_binary(), {"restore", backups, "--to", to.string()}, out, out);
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!std::filesystem::exists(to / "LIGHTSTICK.restoring") && !restoring.ended()) {
    if (std::chrono::steady_clock::now() > until) throw std::runtime_error("the restore does not begin");
    std::this_thread::yield();
  }
  restoring.signal(SIGKILL);
  return restoring.wait().signal == SIGKILL && !std::filesystem::exists(to / "LIGHTSTICK");
}

TEST_F(care, a_restore_that_was_killed_leaves_a_folder_that_says_so_and_can_be_run_again) {
  auto& n = the_node();
  {
    auto mina = n.enter(encoding::json, "mina");
    mina.join("aurora");
    for (int i = 0; i < 50; ++i) mina.publish("aurora", "said " + std::to_string(i));
  }
  ASSERT_EQ(on_node({"backup", data(), "--to", backups()}).exit_code, 0);
  ASSERT_EQ(n.terminate().exit_code, 0);
  std::filesystem::rename(n.data(), n.folder() / "lost");
  bool killed = false;
  for (int tries = 0; tries < 20 && !killed; ++tries) {
    std::filesystem::remove_all(data());
    killed = restore_killed_midway(backups(), n.data(), n.folder() / "restore.out");
  }
  ASSERT_TRUE(killed);

  for (const auto& words : {std::vector<std::string>{"backup", data(), "--to", (n.folder() / "others").string()},
                            std::vector<std::string>{"stats", data()}, std::vector<std::string>{"verify", data()}}) {
    const auto refused = lightstick(words);
    EXPECT_EQ(refused.exit_code, 2) << words[0];
    EXPECT_THAT(refused.err,
                AllOf(HasSubstr("that never ended"), HasSubstr("run the same `lightstick restore` again")));
  }
  EXPECT_FALSE(std::filesystem::exists(n.data() / "LIGHTSTICK")) << "looking at it does not make it whole";

  const auto again = lightstick({"restore", backups(), "--to", data()});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_FALSE(std::filesystem::exists(n.data() / "LIGHTSTICK.restoring"));
  EXPECT_EQ(lightstick({"verify", data()}).exit_code, 0);
  const auto third = lightstick({"restore", backups(), "--to", data()});
  EXPECT_EQ(third.exit_code, 2) << "what is whole is not restored over";
  EXPECT_THAT(third.err, HasSubstr("name another one"));
  n.start();
  auto reader = n.enter(encoding::json, "reader");
  reader.join("aurora");
  EXPECT_EQ(reader.history_after("aurora", 0).size(), 50U);
}

TEST_F(care, a_folder_in_use_is_refused_with_a_way_out) {
  for (const auto* what : {"backup", "stats"}) {
    std::vector<std::string> words{what, the_node().data().string()};
    if (words[0] == "backup") words.insert(words.end(), {"--to", backups()});
    const auto refused = lightstick(words);
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.err, AllOf(HasSubstr("open in process"), HasSubstr("--node URL --token-file FILE")));
  }
  const auto refused = lightstick({"verify", data()});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("open in process"));
  EXPECT_FALSE(std::filesystem::exists(backups()));
}

TEST_F(care, wrong_orders_are_named) {
  struct wrong {
    std::vector<std::string> words;
    const char* said;
  };
  const std::vector<wrong> all{
      {{"backup"}, "--to BACKUP_DIR is missing"},
      {{"backup", "--to", "x"}, "name the data folder"},
      {{"backup", "nowhere", "--to", "x"}, "no data folder"},
      {{"backup", "nowhere", "--to", "x", "--keep", "0"}, "--keep: a number from 1 on"},
      {{"backup", "nowhere", "--to", "x", "--keep-for", "30"}, "--keep-for"},
      {{"backup", "nowhere", "--to", "x", "--rate", "fast"}, "--rate"},
      {{"backup", "--to", "x", "--node", "http://127.0.0.1:1"}, "--token-file"},
      {{"backups", "nowhere"}, "no folder of back-ups"},
      {{"backups", "nowhere", "--keep", "1"}, "--expire"},
      {{"restore", "nowhere"}, "--to DATA_DIR is missing"},
      {{"restore", "nowhere", "--to", "x", "--id", "one"}, "--id"},
      {{"verify"}, "name the data folder"},
      {{"verify", "/"}, "no data folder"},
      {{"stats", "nowhere", "--top", "many"}, "--top"},
  };
  for (const auto& w : all) {
    const auto refused = lightstick(w.words);
    EXPECT_EQ(refused.exit_code, 2) << w.said;
    EXPECT_THAT(refused.err, HasSubstr(w.said));
    EXPECT_EQ(refused.out, "");
  }
  const auto inside = on_node({"backup", "--to", data() + "/backups"});
  EXPECT_EQ(inside.exit_code, 1);
  EXPECT_THAT(inside.err, HasSubstr("must not lie inside"));
  const auto other = on_node({"backup", "/", "--to", backups()});
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_THAT(other.err, HasSubstr("the data folder of this node is"));
}

TEST_F(care, jobs_need_an_admin_and_are_one_at_a_time) {
  const auto port = the_node().admin_port();
  for (const auto* path : {"/v1/admin/backup", "/v1/admin/stats"}) {
    EXPECT_EQ(http_get(port, path).status, 401);
    EXPECT_EQ(http_post(port, path, value::map{}).status, 401);
    EXPECT_EQ(http_get(the_node().port(), path, the_node().admin_headers()).status, 404);
    EXPECT_EQ(the_node().admin_get(path).status, 404) << "none was begun";
  }
  EXPECT_EQ(http_post(port, "/v1/admin/backup", value::map{}, the_node().admin_headers()).status, 400);
  // So slow that it is under way when the next one comes.
  const value::map slow{{"to", backups()}, {"bytes_per_second", 1}};
  ASSERT_EQ(http_post(port, "/v1/admin/backup", slow, the_node().admin_headers()).status, 202);
  EXPECT_EQ(http_post(port, "/v1/admin/stats", value::map{}, the_node().admin_headers()).status, 409);
  EXPECT_THAT(the_node().admin_get("/v1/admin/backup").body, HasSubstr("\"state\":\"running\""));
  const auto end = the_node().terminate();
  EXPECT_EQ(end.exit_code, 0) << "a job under way does not hold a stop up";
}

TEST_F(care, verify_names_the_actor_and_stats_the_largest) {
  {
    auto mina = the_node().enter(encoding::json, "mina");
    mina.join("aurora");
    for (int i = 0; i < 5; ++i) mina.publish("aurora", std::string(400, static_cast<char>('a' + i)));
  }
  const auto live = on_node({"stats"});
  EXPECT_EQ(live.exit_code, 0) << live.err;
  EXPECT_THAT(live.out, HasSubstr("room/aurora"));
  the_node().restart();  // what the log held is now in tables
  EXPECT_EQ(the_node().terminate().exit_code, 0);
  const auto still = lightstick({"stats", data(), "--json"});
  EXPECT_EQ(still.exit_code, 0) << still.err;
  EXPECT_THAT(still.out, AllOf(HasSubstr("\"actor\":\"room/aurora\""), HasSubstr("\"kind\":\"room\"")));
  EXPECT_EQ(lightstick({"verify", data()}).exit_code, 0);

  std::size_t named = 0;
  for (const auto& item : std::filesystem::directory_iterator(the_node().data() / "rocks")) {
    if (item.path().extension() != ".sst") continue;
    flip_bit(item.path());
    const auto found = lightstick({"verify", data()});
    EXPECT_EQ(found.exit_code, 3);
    EXPECT_THAT(found.out, HasSubstr("rocks/" + item.path().filename().string()));
    if (found.out.find("room/aurora: ") != std::string::npos) ++named;
    flip_bit(item.path());
  }
  EXPECT_GT(named, 0U);
}

}  // namespace
}  // namespace lightstick::test
