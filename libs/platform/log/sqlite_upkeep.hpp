#pragma once

#include "platform/log/sqlite_writer.hpp"

#include <string>

namespace zhida::log {

/// Remembers the start of a partition.
Upkeep move_start(std::string partition, Offset start);

/// Deletes the records before `before`, some at a time, so that appends need not wait for all of it.
Upkeep delete_before(std::string partition, Offset before);

/// Deletes, and overwrites, every record that is not the newest of its key.
Upkeep keep_newest(std::string partition);

/// Makes what was deleted disappear from the write-ahead log as well. `busy` while a backup reads.
Upkeep erase_traces();

}  // namespace zhida::log
