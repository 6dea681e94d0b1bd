#include "dispatcher/service.hpp"

#include "dispatcher/partition_dispatcher.hpp"

#include <utility>

namespace zhida::dispatcher {

Service::Service(Dependencies dependencies, Settings settings)
    : dependencies_(std::move(dependencies)),
      settings_(settings),
      metrics_(dependencies_.metrics, dependencies_.profiles.partitions()),
      compiled_(dependencies_.reference.language,
                [&catalog = dependencies_.catalog](std::string_view id, int version) { return catalog.compiled(id, version); }),
      floor_(std::make_shared<log::ByteGate>(dependencies_.executor, 1)) {}

boost::asio::awaitable<void> Service::run_partition(int partition) {
  PartitionDispatcher dispatcher(*this, partition);
  co_await dispatcher.run();
}

}  // namespace zhida::dispatcher
