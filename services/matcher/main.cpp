// The matcher: decides, for the partitions it owns, which enterprises a running campaign is for.

#include "contracts/topics.hpp"
#include "matcher/service.hpp"
#include "node/cluster_node.hpp"
#include "node/fold_watch.hpp"

int main(int argc, char** argv) {
  using namespace zhida;
  return node::run_service(argc, argv, "zhida-matcher", "Decides who is in the audience of running campaigns", [](node::ClusterNode& node) {
    node::Foundation& on = node.foundation();
    auto matcher = std::make_shared<matcher::Service>(matcher::Dependencies{
        on.executor, on.log, on.catalog, on.profiles, on.columns, on.deliveries, on.deliveries_progress, on.reference, on.metrics,
        on.journal, &node::now, [&node](std::string_view campaign, std::string_view reason) { node.let_fail(campaign, reason); }});
    const log::PartitionOwner& owner =
        node.own("matcher", contracts::topics::intents, [&on, matcher](int partition, runtime::TaskGroup& tasks) {
          tasks.spawn(on.profiles.run(partition));
          tasks.spawn(node::watch_fold(on.deliveries, partition));
          tasks.spawn(matcher->run_partition(partition));
        });
    node.answer_questions("matcher", owner);
    node.ready_when([&on, &owner] { return node::profiles_ready(on.profiles, owner) ? "" : "folding the profiles"; });
    return matcher;
  });
}
