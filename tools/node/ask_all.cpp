#include "tools/node/ask_all.hpp"

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>

namespace lightstick::tools {
namespace {

using clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds asked_every{50};

/// Where answers come in; outlives who waits for them.
struct inbox {
  std::mutex mutex;
  std::condition_variable came;
  std::vector<std::pair<std::size_t, result<std::uint64_t>>> new_ones;
};

struct waiting {
  std::size_t which = 0;
  clock::time_point due;
};

class asker {
 public:
  asker(const std::vector<question>& questions, const ask_limits& limits)
      : questions_(questions), limits_(limits), tries_(questions.size(), 0) {
    out_.each.assign(questions.size(), result<std::uint64_t>(0));
    for (std::size_t i = 0; i < questions.size(); ++i) waiting_.push_back({i, {}});
  }

  result<answers> run(const std::function<bool()>& go_on) {
    while (!waiting_.empty() || under_way_ > 0) {
      if (!go_on()) return fail(errc::stopping, "it was ended before it was through");
      begin_what_is_due();
      for (auto& [which, answer] : next_answers()) take(which, std::move(answer));
    }
    return std::move(out_);
  }

 private:
  void begin_what_is_due() {
    const auto now = clock::now();
    for (auto at = waiting_.begin(); at != waiting_.end() && under_way_ < limits_.under_way_max;) {
      if (at->due > now) {
        ++at;
        continue;
      }
      const auto which = at->which;
      at = waiting_.erase(at);
      ++under_way_;
      if (++tries_[which] > 1) ++out_.repeated;
      questions_[which]([to = inbox_, which](result<std::uint64_t> answer) {
        std::lock_guard lock(to->mutex);
        to->new_ones.emplace_back(which, std::move(answer));
        to->came.notify_one();
      });
    }
  }

  [[nodiscard]] std::vector<std::pair<std::size_t, result<std::uint64_t>>> next_answers() {
    auto until = clock::now() + asked_every;
    if (under_way_ < limits_.under_way_max) {
      for (const auto& w : waiting_) until = std::min(until, w.due);
    }
    std::unique_lock lock(inbox_->mutex);
    inbox_->came.wait_until(lock, until, [this] { return !inbox_->new_ones.empty(); });
    return std::exchange(inbox_->new_ones, {});
  }

  void take(std::size_t which, result<std::uint64_t> answer) {
    --under_way_;
    const bool again = !answer && (answer.error().is_transient() || answer.error().is(condition::overloaded)) &&
                       tries_[which] < limits_.tries_max;
    if (!again) {
      out_.each[which] = std::move(answer);
      return;
    }
    const auto doublings = std::min<std::uint32_t>(tries_[which] - 1, 16);
    const auto pause = std::max(std::min(limits_.pause_max, limits_.first_pause * (1 << doublings)),
                                std::min(limits_.pause_max, answer.error().retry_after));
    waiting_.push_back({which, clock::now() + pause});
  }

  const std::vector<question>& questions_;
  const ask_limits& limits_;
  std::vector<std::uint32_t> tries_;
  std::vector<waiting> waiting_;
  std::uint32_t under_way_ = 0;
  std::shared_ptr<inbox> inbox_ = std::make_shared<inbox>();
  answers out_;
};

}  // namespace

result<answers> ask_all(const std::vector<question>& questions, const ask_limits& limits,
                        const std::function<bool()>& go_on) {
  return asker(questions, limits).run(go_on);
}

}  // namespace lightstick::tools
