#pragma once

#include "node/cluster_settings.hpp"

#include <string>

namespace zhida::node {

/// Where other machines find this one: as the settings say, else at the address it listens on, or, if it listens on all of its own, at the
/// one from which it reaches Redis. Throws `std::runtime_error` with a sentence if that cannot be told. Blocks while it asks for names.
std::string advertised_address(const ClusterSettings& settings);

}  // namespace zhida::node
