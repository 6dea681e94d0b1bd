#include "node/population/query_port.hpp"

#include "contracts/queries/query.hpp"
#include "contracts/topics.hpp"
#include "platform/auth/digest.hpp"
#include "platform/http/problem.hpp"

#include <algorithm>
#include <utility>

namespace zhida::node {
namespace {

namespace asio = boost::asio;
namespace topics = contracts::topics;

http::Problem behind() {
  return http::problems::unavailable(std::chrono::seconds(1), "these partitions are not all folded here.", "所问分区尚未全部就绪。");
}

}  // namespace

QueryPort::QueryPort(LocalPopulation population, stores::CatalogStore& catalog, stores::ProfileStore& profiles, std::string key,
                     std::function<bool(int partition)> owns)
    : population_(population), catalog_(catalog), profiles_(profiles), key_("Bearer " + std::move(key)), owns_(std::move(owns)) {}

void QueryPort::add_to(http::Router& router) {
  router.add(http::Verb::post, std::string(path), http::RouteInfo("tally", http::Access::open()),
             [this](http::Request& request) { return answer(request); });
}

asio::awaitable<http::Response> QueryPort::answer(http::Request& request) {
  if (!auth::equal_in_constant_time(request.header("Authorization"), key_)) co_return http::respond(http::problems::unauthorised());
  auto query = contracts::read_query(request.body);
  if (query.has_error()) co_return http::respond(http::problems::of_body(query.error()));
  const bool ready = co_await folded(*query);
  if (!ready) co_return http::respond(behind());
  PartitionSet partitions = PartitionSet::of(profiles_.partitions(), query->partitions);
  const auto tally = co_await population_.ask(std::move(query->question), std::move(partitions));
  const bool kept = std::ranges::all_of(query->partitions, owns_);  // what is lost meanwhile no longer follows the log
  if (!tally || !kept) co_return http::respond(behind());
  co_return http::ok(contracts::to_json(*tally));
}

asio::awaitable<bool> QueryPort::folded(const contracts::Query& query) {
  for (const auto& [topic, positions] : query.folded) {
    const bool of_catalog = topic == topics::catalog || topic == topics::commands;
    stores::Progress& progress = of_catalog ? catalog_.progress() : profiles_.progress();
    for (std::size_t p = 0; p < positions.size(); ++p) {
      const int partition = static_cast<int>(p);
      if (positions[p] == 0 || (!of_catalog && std::ranges::find(query.partitions, partition) == query.partitions.end())) continue;
      const bool reached = co_await progress.wait_until(topic, partition, positions[p] - 1, patience);
      if (!reached) co_return false;
    }
  }
  co_return std::ranges::all_of(query.partitions, [this](int partition) {
    return partition >= 0 && partition < profiles_.partitions() && owns_(partition) && profiles_.ready(partition);
  });
}

}  // namespace zhida::node
