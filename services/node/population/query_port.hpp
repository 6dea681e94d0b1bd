#pragma once

#include "node/population/local_population.hpp"
#include "platform/http/router.hpp"
#include "stores/catalog/catalog_store.hpp"
#include "stores/profiles/profile_store.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace zhida::node {

/// Where a process answers questions about the enterprises of its partitions to other processes that hold the same key: `POST
/// /internal/v1/tally` with a `contracts::Query`. 200 with the tally; 401 without the key; 422 for what is no query; 503 if not all it asks
/// for is folded here.
class QueryPort {
 public:
  static constexpr std::string_view path = "/internal/v1/tally";
  /// How long a fold may take to come as far as the asker knows.
  static constexpr std::chrono::milliseconds patience{1'000};

  /// `owns`: whether this process folds a partition now. The stores must outlive it.
  QueryPort(LocalPopulation population, stores::CatalogStore& catalog, stores::ProfileStore& profiles, std::string key,
            std::function<bool(int partition)> owns);

  void add_to(http::Router& router);

 private:
  boost::asio::awaitable<http::Response> answer(http::Request& request);
  boost::asio::awaitable<bool> folded(const contracts::Query& query);

  LocalPopulation population_;
  stores::CatalogStore& catalog_;
  stores::ProfileStore& profiles_;
  std::string key_;
  std::function<bool(int partition)> owns_;
};

}  // namespace zhida::node
