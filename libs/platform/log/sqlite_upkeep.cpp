#include "platform/log/sqlite_upkeep.hpp"

#include <fmt/core.h>

#include <utility>

namespace zhida::log {
namespace {

constexpr int at_a_time = 2'000;

}  // namespace

Upkeep move_start(std::string partition, Offset start) {
  return [partition = std::move(partition), start](sqlite::Database& database) {
    sqlite::Statement update(database, "UPDATE partitions SET start = max(start, ?) WHERE name = ?");
    update.bind(0, start);
    update.bind(1, partition);
    update.run();
    return false;
  };
}

Upkeep delete_before(std::string partition, Offset before) {
  return [partition = std::move(partition), before](sqlite::Database& database) {
    sqlite::Statement remove(
        database,
        fmt::format("DELETE FROM \"{0}\" WHERE offset IN (SELECT offset FROM \"{0}\" WHERE offset < ? LIMIT {1})", partition, at_a_time));
    remove.bind(0, before);
    remove.run();
    return sqlite3_changes(database.handle()) == at_a_time;
  };
}

Upkeep keep_newest(std::string partition) {
  return [partition = std::move(partition)](sqlite::Database& database) {
    database.execute("PRAGMA secure_delete = ON");
    database.execute(
        fmt::format("DELETE FROM \"{0}\" WHERE offset NOT IN (SELECT max(offset) FROM \"{0}\" GROUP BY key)", partition).c_str());
    database.execute("PRAGMA secure_delete = OFF");
    return false;
  };
}

Upkeep erase_traces() {
  return [](sqlite::Database& database) {
    if (database.number("PRAGMA wal_checkpoint(TRUNCATE)") != 0) throw sqlite::Failure(SQLITE_BUSY, "the write-ahead log is being read");
    return false;
  };
}

}  // namespace zhida::log
