// The page service: the backend of the enterprise exclusive page.

#include "node/cluster_node.hpp"
#include "node/secrets.hpp"
#include "page/service.hpp"

int main(int argc, char** argv) {
  using namespace zhida;
  return node::run_service(argc, argv, "zhida-page", "Answers the enterprise exclusive page", [](node::ClusterNode& node) {
    node::Foundation& on = node.foundation();
    page::Settings settings;
    settings.token_key = node::link_key_of(node.master_key());
    settings.page_url = node.settings().page_url;
    auto page = std::make_shared<page::Service>(
        page::Dependencies{on.log, on.reference, on.catalog, on.profiles, on.deliveries, on.metrics, &node::now}, std::move(settings));
    page->add_routes(node.router());
    node.answer_reads("page");
    node.ready_when([&on] { return on.reads.connected() ? "" : "waiting for Redis"; });
    return page;
  });
}
