#include "tools/node/erasure.hpp"

#include <algorithm>

#include "actors/room/messages.hpp"
#include "actors/user/messages.hpp"
#include "runtime/operators/dead_letters.hpp"
#include "tools/care/reports.hpp"

namespace lightstick::tools {
namespace {

namespace wire = gateway::wire;

storage::log_id log_of(const actor_id& actor) { return {partition_of(actor), actor.to_string()}; }

/// Every log there may be.
storage::log_span all_logs() {
  return {{partition{0}, std::string(1, '\0')},
          {partition{partition_count - 1}, std::string(storage::log_name_bytes_max, '\xFF')}};
}

class erasure {
 public:
  erasure(erasable& where, const erasure_order& order, const storage::progress& watch)
      : where_(where), order_(order), watch_(watch) {
    out_.user = order.user;
    out_.all_files = order.all_files;
  }

  result<erasure_report> run() {
    for (auto step : {&erasure::rooms, &erasure::rest, &erasure::files}) {
      if (auto done = (this->*step)(); !done) return fail(std::move(done.error()));
    }
    if (out_.rooms.failed > 0) return fail(errc::unavailable, shortcoming());
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool go_on() const { return !watch_ || watch_(total_, total_); }

  result<void> rooms() {
    const room_walk_order how{order_.user.str(), order_.bytes_per_second_max, order_.rooms_a_page, order_.asks};
    auto walked = walk_rooms(
        where_, how,
        [this](const room_id& room, numbered_answer done) {
          where_.forget_in_room(room, order_.user, std::move(done));
        },
        [this](const storage::log_id& log, std::uint64_t messages) {
          spans_.add(log);
          out_.messages += messages;
          if (messages > 0) ++out_.rooms_with;
        },
        [this](std::uint64_t done, std::uint64_t total) {
          total_ = total;
          return !watch_ || watch_(done, total);
        });
    if (!walked) return fail(std::move(walked.error()));
    out_.rooms = std::move(*walked);
    return {};
  }

  result<void> rest() {
    const actor_id self{actors::user::kind, order_.user.str()};
    const actor_id letters{runtime::dead_letters::kind, runtime::dead_letters::key};
    const std::vector<question> questions{
        [this](numbered_answer done) { where_.forget_user(order_.user, std::move(done)); },
        [this](numbered_answer done) { where_.drop_letters(order_.user, std::move(done)); }};
    auto answered = ask_all(questions, order_.asks, [this] { return go_on(); });
    if (!answered) return fail(std::move(answered.error()));
    out_.rooms.repeated += answered->repeated;
    out_.user_rooms = counted(answered->each[0], self.to_string());
    out_.letters = counted(answered->each[1], "the dead letters");
    return {};
  }

  result<void> files() {
    auto spans = spans_.all();
    for (const auto& [kind, key] : {std::pair<std::string, std::string>{actors::user::kind, order_.user.str()},
                                    {runtime::dead_letters::kind, runtime::dead_letters::key}}) {
      const auto log = log_of({kind, key});
      spans.push_back({log, log});
    }
    if (order_.all_files) spans = {all_logs()};
    auto written = where_.rewrite(spans, [this] { return go_on(); });
    if (written || written.error().is(condition::invalid)) return written;
    auto& why = written.error();
    const auto shown = out_.rooms.failed > 0 ? shortcoming() + ". What is erased is not shown any more"
                                             : "nothing of " + name() + " is shown any more";
    why.detail = shown + ", but the files of the node may still hold it; erase again with --all-files. " + why.detail;
    return written;
  }

  std::uint64_t counted(const result<std::uint64_t>& answer, const std::string& who) {
    if (answer) return *answer;
    out_.rooms.add_failure(who, answer.error());
    return 0;
  }

  [[nodiscard]] std::string name() const { return std::string(actors::user::kind) + "/" + order_.user.str(); }
  [[nodiscard]] std::string shortcoming() const {
    auto text = name() + " is not erased everywhere, erase again: " + std::to_string(out_.rooms.failed) + " of " +
                std::to_string(out_.rooms.asked + 2) + " actors did not do it. ";
    for (const auto& each : out_.rooms.failures) text += each + "; ";
    if (out_.rooms.failed > out_.rooms.failures.size()) text += "...; ";
    return text + "done: " + summary(out_);
  }

  erasable& where_;
  const erasure_order& order_;
  const storage::progress& watch_;
  erasure_report out_;
  storage::log_spans spans_;
  std::uint64_t total_ = 0;
};

std::string count_of(std::uint64_t n, const std::string& what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

std::string backups_text(const std::optional<storage::backup_list>& backups, const std::filesystem::path& folder) {
  if (!backups || backups->backups.empty()) {
    return "Back-ups that were made before hold it until they go: `lightstick backups DIR` says when, `lightstick "
           "backups DIR --expire --keep 1` after a new back-up makes it now.\n";
  }
  const auto& all = backups->backups;
  const bool for_ever = std::ranges::any_of(all, [](const auto& b) { return b.expires_ms == 0; });
  const auto last = std::ranges::max(all, {}, &storage::backup_info::expires_ms).expires_ms;
  return count_of(all.size(), "back-up") + " in " + folder.string() + " still hold" + (all.size() == 1 ? "s" : "") +
         " it; " + (for_ever ? "some never expire" : "the last expires " + utc_text(last)) +
         ". To end that now: a new back-up, then `lightstick backups DIR --expire --keep 1`. Back-ups elsewhere are "
         "not "
         "known here.\n";
}

}  // namespace

result<erasure_report> erase_everywhere(erasable& where, const erasure_order& order, const storage::progress& watch) {
  if (order.user.empty()) return fail(errc::invalid, "an erasure names a user");
  return erasure(where, order, watch).run();
}

std::string summary(const erasure_report& done) {
  return count_of(done.messages, "message") + " in " + count_of(done.rooms_with, "room") + " of " +
         std::to_string(done.rooms.rooms) + ", " + count_of(done.user_rooms, "room") + " of the user's own, " +
         count_of(done.letters, "dead letter");
}

std::string to_text(const erasure_report& done, const std::optional<storage::backup_list>& backups,
                    const std::filesystem::path& folder) {
  auto text = "erased user/" + done.user.str() + ": " + summary(done) + "\n";
  text += done.all_files
              ? "The files of this node hold none of it any more.\n"
              : "The files that held it hold none of it any more. Of an erasure that was cut short before, by a "
                "node that stopped, they may: erase again with --all-files.\n";
  if (done.rooms.damaged_stretches > 0) {
    text += count_of(done.rooms.damaged_stretches, "damaged stretch") +
            " of the store could not be searched: `lightstick verify` names what is damaged.\n";
  }
  return text + backups_text(backups, folder);
}

wire::value to_value(const erasure_report& done, const std::optional<storage::backup_list>& backups) {
  wire::map out{{"user", wire::value(done.user.str())},
                {"rooms", wire::value(done.rooms.rooms)},
                {"rooms_asked", wire::value(done.rooms.asked)},
                {"rooms_with", wire::value(done.rooms_with)},
                {"messages", wire::value(done.messages)},
                {"user_rooms", wire::value(done.user_rooms)},
                {"dead_letters", wire::value(done.letters)},
                {"repeated", wire::value(done.rooms.repeated)},
                {"damaged_stretches", wire::value(done.rooms.damaged_stretches)}};
  if (backups) {
    wire::array all;
    for (const auto& b : backups->backups) {
      all.emplace_back(wire::map{{"id", wire::value(std::uint64_t{b.id})}, {"expires_ms", wire::value(b.expires_ms)}});
    }
    out.push_back({"backups", wire::value(std::move(all))});
  }
  return wire::value(std::move(out));
}

}  // namespace lightstick::tools
