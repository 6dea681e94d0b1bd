// The effect service: folds what was decided, sent, done and achieved into Redis, and answers the analysts.

#include "contracts/topics.hpp"
#include "effect/service.hpp"
#include "node/cluster_node.hpp"
#include "node/owned_folds.hpp"

int main(int argc, char** argv) {
  using namespace zhida;
  return node::run_service(argc, argv, "zhida-effect", "Folds deliveries, answers analysts", [](node::ClusterNode& node) {
    node::Foundation& on = node.foundation();
    effect_service::Settings settings;
    settings.one_of_many = true;
    auto effects = std::make_shared<effect_service::Service>(
        effect_service::Dependencies{on.executor, on.log, on.reads, on.deliveries_fold, on.deliveries_progress, on.deliveries, on.catalog,
                                     on.profiles, on.reference, node.pool().get_executor(), on.journal, on.metrics, &node::now},
        settings);
    effects->add_routes(node.router());
    node.answer_reads("effect");
    node.spawn(effects->run_verifier());
    node.spawn(effects->run_sharing());
    auto folds = std::make_shared<node::OwnedFolds>(on, node.writes());
    node.own("effect", contracts::topics::intents,
             [folds](int partition, runtime::TaskGroup& tasks) { tasks.spawn(folds->run(partition)); });
    node.own("effect-nightly", contracts::topics::commands,
             [effects](int, runtime::TaskGroup& tasks) { tasks.spawn(effects->run_nightly()); });
    node.ready_when([folds] { return folds->live() ? "" : "folding deliveries"; });
    struct Parts {
      std::shared_ptr<void> effects, folds;
    };
    return std::make_shared<Parts>(Parts{effects, folds});
  });
}
