#pragma once

#include "node/cluster_settings.hpp"

namespace zhida::standalone {

/// Makes the topics that are missing, verifies all of them and prints how many there are and the log's identity. Topics that are there are
/// never changed. Throws `log::OpenError` with everything that differs from the settings.
void prepare_topics(const node::ClusterSettings& settings);

}  // namespace zhida::standalone
