#include "cluster/embedded.hpp"

#include <utility>
#include <vector>

#include "cluster/errc.hpp"

namespace lightstick::cluster {

result<std::unique_ptr<embedded>> embedded::start(storage::store& store, node_id self) {
  std::unique_ptr<embedded> out(new embedded(std::move(self)));
  std::vector<std::pair<partition, epoch>> raised;
  raised.reserve(partition_count);
  for (std::uint16_t i = 0; i < partition_count; ++i) {
    partition p{i};
    out->epochs_.at(i) = store.epoch_of(p).next();
    raised.emplace_back(p, out->epochs_.at(i));
  }
  if (auto durable = store.raise_epochs(raised); !durable) return fail(std::move(durable.error()));
  return out;
}

result<epoch> embedded::held(partition p) const {
  if (p.value >= partition_count) return fail(errc::not_owner, "no partition " + std::to_string(p.value));
  return epochs_.at(p.value);
}

std::optional<ownership> embedded::owner_of(partition p) const {
  if (p.value >= partition_count) return std::nullopt;
  return ownership{self_, epochs_.at(p.value)};
}

}  // namespace lightstick::cluster
