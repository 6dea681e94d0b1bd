// The dispatcher: sends, for the partitions it owns, what the matchers decided.

#include "contracts/topics.hpp"
#include "dispatcher/service.hpp"
#include "node/cluster_node.hpp"
#include "node/fold_watch.hpp"

int main(int argc, char** argv) {
  using namespace zhida;
  return node::run_service(argc, argv, "zhida-dispatcher", "Sends what was decided, and records how it went", [](node::ClusterNode& node) {
    node::Foundation& on = node.foundation();
    auto dispatcher = std::make_shared<dispatcher::Service>(
        dispatcher::Dependencies{on.executor, node.pool().get_executor(), on.log, on.catalog, on.profiles, on.deliveries,
                                 on.deliveries_progress, on.reference, on.metrics, on.journal, &node::now,
                                 [&node](std::string_view campaign, std::string_view reason) { node.let_fail(campaign, reason); }});
    const log::PartitionOwner& owner =
        node.own("dispatcher", contracts::topics::intents, [&on, dispatcher](int partition, runtime::TaskGroup& tasks) {
          tasks.spawn(on.profiles.run(partition));
          tasks.spawn(node::watch_fold(on.deliveries, partition));
          tasks.spawn(dispatcher->run_partition(partition));
        });
    node.ready_when([&on, &owner] { return node::profiles_ready(on.profiles, owner) ? "" : "folding the profiles"; });
    return dispatcher;
  });
}
