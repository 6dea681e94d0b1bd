#include "matcher/service.hpp"

#include "matcher/partition_matcher.hpp"

#include <utility>

namespace zhida::matcher {

Service::Service(Dependencies dependencies, Settings settings)
    : dependencies_(std::move(dependencies)),
      settings_(settings),
      metrics_(dependencies_.metrics, dependencies_.profiles.partitions()),
      compiled_(dependencies_.reference.language,
                [&catalog = dependencies_.catalog](std::string_view id, int version) { return catalog.compiled(id, version); }),
      floor_(std::make_shared<log::ByteGate>(dependencies_.executor, 1)) {}

boost::asio::awaitable<void> Service::run_partition(int partition) {
  PartitionMatcher matcher(*this, partition);
  co_await matcher.run();
}

void Service::report_undecidable(const campaign::Campaign& campaign, std::string_view reason) {
  if (!undecidable_.insert(campaign.id + "/" + campaign.content_hash).second) return;
  dependencies_.journal.error("campaign.undecidable", {{"campaign", campaign.id}, {"reason", reason}});
  if (dependencies_.undecidable) dependencies_.undecidable(campaign.id, reason);
}

}  // namespace zhida::matcher
