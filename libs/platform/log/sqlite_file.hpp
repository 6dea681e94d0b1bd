#pragma once

#include "platform/log/partition_index.hpp"
#include "platform/log/record.hpp"
#include "platform/log/sqlite.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace zhida::log {

/// What a log file says about itself.
struct SqliteFile {
  std::string id;
  std::vector<Range> ranges;  ///< by partition index
};

/// Prepares `database` for writing: makes the tables of a new log, or checks those of an old one.
/// Throws OpenError on another layout or format, sqlite::Failure.
SqliteFile prepare_file(sqlite::Database& database, const std::filesystem::path& file, const PartitionIndex& partitions);

}  // namespace zhida::log
