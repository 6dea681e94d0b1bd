#include "stores/deliveries/deliveries_fold.hpp"

#include "stores/deliveries/deliveries_step.hpp"

namespace zhida::stores {

std::string_view DeliveriesFold::name() const { return deliveries::fold_name; }

const std::vector<std::string>& DeliveriesFold::topics() const {
  // In the order of deliveries::Topic.
  static const std::vector<std::string> topics{"intents-urgent", "receipts-urgent", "intents", "receipts", "engagements", "outcomes"};
  return topics;
}

std::string DeliveriesFold::layout() const { return deliveries::layout(settings_.buckets); }

bool DeliveriesFold::serves(std::string_view layout) const { return deliveries::buckets_of(layout).has_value(); }

std::unique_ptr<FoldStep> DeliveriesFold::begin(int partition, std::span<const FoldInput> inputs, std::size_t& taken) const {
  auto step = std::make_unique<deliveries::DeliveriesStep>(inputs, partition, settings_.partitions, settings_.buckets);
  taken = step->records();
  return step;
}

}  // namespace zhida::stores
