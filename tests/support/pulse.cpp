#include "tests/support/pulse.hpp"

#include <algorithm>
#include <cmath>
#include <exception>

namespace lightstick::test {
namespace {

constexpr milliseconds between_beats{25};

}  // namespace

std::chrono::microseconds percentile(std::vector<std::chrono::microseconds>& samples, double share) {
  if (samples.empty()) {
    return {};
  }
  const auto nearest = std::ceil(share * static_cast<double>(samples.size()));
  const auto rank = static_cast<std::size_t>(std::max(nearest, 1.0)) - 1;
  const auto at = samples.begin() + static_cast<std::ptrdiff_t>(std::min(rank, samples.size() - 1));
  std::ranges::nth_element(samples, at);
  return *at;
}

pulse::pulse(const node& where, encoding e) : client_(where.enter(e, "healthy", "admin", "pulse")) {
  client_->join("quiet");
  thread_ = std::jthread([this](const std::stop_token& stopping) { beat(stopping); });
}

void pulse::beat(const std::stop_token& stopping) {
  const value::map ping{{"op", "ping"}};
  const value::map publish{{"op", "pub"}, {"room", "quiet"}, {"text", "still here"}};
  try {
    while (!stopping.stop_requested()) {
      for (const auto& frame : {ping, publish}) {
        const auto start = steady::now();
        client_->ok(frame);
        times_.push_back(std::chrono::duration_cast<std::chrono::microseconds>(steady::now() - start));
        ++beats_;
      }
      std::this_thread::sleep_for(between_beats);
    }
  } catch (const std::exception& e) {
    failure_ = e.what();
  }
}

pulse_report pulse::stop() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  client_.reset();
  const auto worst = times_.empty() ? std::chrono::microseconds{} : *std::ranges::max_element(times_);
  return {times_.size(), percentile(times_, 0.5), percentile(times_, 0.99), worst, failure_};
}

}  // namespace lightstick::test
