#pragma once

#include "platform/log/kafka_settings.hpp"
#include "platform/log/partition_index.hpp"

#include <string>

namespace zhida::log::kafka {

/// Finds the log that the settings name, or makes it; verifies its topics and its identity; returns its id.
/// Blocks: for use before a service starts. Throws OpenError with all that is wrong.
std::string open_log(const KafkaSettings& settings, const PartitionIndex& partitions);

}  // namespace zhida::log::kafka
