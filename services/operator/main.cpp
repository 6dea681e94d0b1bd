// The operator service: takes in what the data centre and the operators send, and decides every command.

#include "contracts/topics.hpp"
#include "node/cluster_node.hpp"
#include "node/docs/docs_routes.hpp"
#include "node/link_hosts.hpp"
#include "operator/service.hpp"

int main(int argc, char** argv) {
  using namespace zhida;
  return node::run_service(
      argc, argv, "zhida-operator", "Answers operators and the data centre, owns commands", [](node::ClusterNode& node) {
        node::Foundation& on = node.foundation();
        operators::Settings settings;
        settings.link_hosts = node::link_hosts(node.settings().link_hosts);
        settings.page_url = node.settings().page_url;
        const operators::Elsewhere elsewhere = [&node](stores::WrittenTo written, std::chrono::steady_clock::time_point deadline) {
          return node.passed_elsewhere(std::move(written), deadline);
        };
        const std::shared_ptr<node::Population> everybody = node.everybody();
        auto operators = std::make_shared<operators::Service>(
            operators::Dependencies{on.log, on.reference, on.catalog, on.profiles, *everybody, on.deliveries, node.master_key(), on.journal,
                                    &node::now, node.pool().get_executor(), on.metrics, elsewhere},
            std::move(settings));
        operators->add_routes(node.router());
        node::DocsRoutes().add_to(node.router());
        node.answer_reads("operator");
        // One of the processes decides all commands: the owner of the topic's only partition.
        node.own("operator", contracts::topics::commands, [operators](int, runtime::TaskGroup& tasks) {
          tasks.spawn(operators->run_owner());
          tasks.spawn(operators->run_clock());
          tasks.spawn(operators->run_resealer());
        });
        struct Parts {
          std::shared_ptr<void> everybody, operators;
        };
        return std::make_shared<Parts>(Parts{everybody, operators});
      });
}
