#pragma once

#include "simulation/cluster.hpp"

#include <string>
#include <vector>

namespace zhida::simulation {

/// What is wrong with a cluster that has come to rest, each a sentence; empty = nothing.
///
/// A short fold of its own over the log's records, compared with what people were told and with what is served. It shares the form of the
/// records with the product, and none of its folds.
std::vector<std::string> check(const Cluster& cluster);

/// Whether two Redis hold the same state of the deliveries fold, whatever their generations are called.
std::vector<std::string> compare(const RedisModel::Keys& served, const RedisModel::Keys& refolded, int partitions);

}  // namespace zhida::simulation
