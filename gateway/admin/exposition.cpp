#include "gateway/admin/exposition.hpp"

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>
#include <sstream>

namespace lightstick::gateway::admin {
namespace {

prometheus::MetricType type_of(metrics::type t) {
  switch (t) {
    case metrics::type::counter: return prometheus::MetricType::Counter;
    case metrics::type::gauge: return prometheus::MetricType::Gauge;
    case metrics::type::histogram: return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

prometheus::ClientMetric::Histogram histogram_of(const histogram& h) {
  prometheus::ClientMetric::Histogram out;
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i <= histogram::bucket_count; ++i) {
    so_far += h.bucket(i);
    const bool last = i == histogram::bucket_count;
    out.bucket.push_back({so_far, last ? std::numeric_limits<double>::infinity() : histogram::bound_s(i)});
  }
  out.sample_count = so_far;  // not h.count(): it may have moved on, and the two must agree
  out.sample_sum = h.sum_s();
  return out;
}

prometheus::ClientMetric metric_of(const metrics::entry& e) {
  prometheus::ClientMetric out;
  for (const auto& [name, value] : e.labels) out.label.push_back({name, value});
  if (e.as_counter != nullptr) out.counter.value = static_cast<double>(e.as_counter->value());
  if (e.as_gauge != nullptr) out.gauge.value = static_cast<double>(e.as_gauge->value());
  if (e.as_histogram != nullptr) out.histogram = histogram_of(*e.as_histogram);
  return out;
}

/// Our registry as prometheus-cpp collects from one.
class collected final : public prometheus::Collectable {
 public:
  explicit collected(const metrics& registry) : registry_(registry) {}

  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override {
    std::vector<prometheus::MetricFamily> families;
    for (const auto& entry : registry_.entries()) {
      auto it = std::find_if(families.begin(), families.end(), [&](const auto& f) { return f.name == entry.name; });
      if (it == families.end()) {
        it = families.insert(families.end(), {entry.name, entry.help, type_of(entry.kind), {}});
      }
      it->metric.push_back(metric_of(entry));
    }
    return families;
  }

 private:
  const metrics& registry_;
};

}  // namespace

std::string exposition(const metrics& registry) {
  std::ostringstream out;
  prometheus::TextSerializer{}.Serialize(out, collected(registry).Collect());
  return out.str();
}

}  // namespace lightstick::gateway::admin
