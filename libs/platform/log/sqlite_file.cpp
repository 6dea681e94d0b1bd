#include "platform/log/sqlite_file.hpp"

#include "platform/log/sqlite_log.hpp"

#include <fmt/core.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace zhida::log {
namespace {

constexpr std::int64_t format_version = 1;
constexpr std::int64_t application_id = 0x5a484c47;  // "ZHLG", for file(1)

std::string new_log_id() {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) throw OpenError("no randomness for a log id");
  std::string id;
  for (const unsigned char byte : bytes) fmt::format_to(std::back_inserter(id), "{:02x}", byte);
  return id;
}

void create(sqlite::Database& database, const PartitionIndex& partitions) {
  database.execute("BEGIN IMMEDIATE");
  database.execute("CREATE TABLE log (id TEXT NOT NULL)");
  database.execute(
      "CREATE TABLE topics (name TEXT PRIMARY KEY, partitions INTEGER NOT NULL, kind INTEGER NOT NULL, days INTEGER NOT "
      "NULL) WITHOUT ROWID");
  database.execute("CREATE TABLE partitions (name TEXT PRIMARY KEY, start INTEGER NOT NULL) WITHOUT ROWID");
  const std::string id = new_log_id();
  sqlite::Statement log(database, "INSERT INTO log VALUES (?)");
  log.bind(0, id);
  log.run();
  sqlite::Statement topic(database, "INSERT INTO topics VALUES (?, ?, ?, ?)");
  for (const TopicLayout& each : partitions.layout()) {
    topic.bind(0, each.name);
    topic.bind(1, std::int64_t{each.partitions});
    topic.bind(2, static_cast<std::int64_t>(each.retention.kind));
    topic.bind(3, std::int64_t{each.retention.days});
    topic.run();
  }
  sqlite::Statement partition(database, "INSERT INTO partitions VALUES (?, 0)");
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    const std::string sql = fmt::format(
        "CREATE TABLE \"{}\" (offset INTEGER PRIMARY KEY, key TEXT NOT NULL, value TEXT NOT NULL, id TEXT NOT NULL, "
        "type TEXT NOT NULL, source TEXT NOT NULL, time INTEGER NOT NULL, traceparent TEXT NOT NULL)",
        partitions.name(i));
    database.execute(sql.c_str());
    partition.bind(0, partitions.name(i));
    partition.run();
  }
  database.execute(fmt::format("PRAGMA application_id = {}", application_id).c_str());
  database.execute(fmt::format("PRAGMA user_version = {}", format_version).c_str());
  database.execute("COMMIT");
}

Layout stored_layout(sqlite::Database& database) {
  Layout layout;
  sqlite::Statement topics(database, "SELECT name, partitions, kind, days FROM topics");
  while (topics.step()) {
    TopicLayout topic;
    topic.name = topics.text(0);
    topic.partitions = static_cast<std::int32_t>(topics.number(1));
    topic.retention = {static_cast<Retention::Kind>(topics.number(2)), static_cast<std::int32_t>(topics.number(3))};
    layout.push_back(std::move(topic));
  }
  return layout;
}

}  // namespace

SqliteFile prepare_file(sqlite::Database& database, const std::filesystem::path& file, const PartitionIndex& partitions) {
  database.execute("PRAGMA page_size = 8192");
  database.execute("PRAGMA journal_mode = WAL");
  database.execute("PRAGMA synchronous = FULL");
  database.execute("PRAGMA cache_size = -16384");             // KiB: a transaction should fit
  database.execute("PRAGMA wal_autocheckpoint = 4096");       // pages: 32 MiB
  database.execute("PRAGMA journal_size_limit = 134217728");  // bytes the WAL keeps after a burst
  database.execute("PRAGMA temp_store = MEMORY");

  const bool is_new = database.number("SELECT count(*) FROM sqlite_master") == 0;
  if (is_new) create(database, partitions);
  if (database.number("PRAGMA application_id") != application_id) throw OpenError(fmt::format("{} is not an event log", file.string()));
  if (const std::int64_t version = database.number("PRAGMA user_version"); version != format_version)
    throw OpenError(fmt::format("{} has log format {}, this program knows {}", file.string(), version, format_version));
  if (const std::string reason = difference(stored_layout(database), partitions.layout()); !reason.empty())
    throw OpenError(fmt::format("{} has other topics: {}", file.string(), reason));

  SqliteFile content;
  sqlite::Statement log(database, "SELECT id FROM log");
  if (log.step()) content.id = log.text(0);
  sqlite::Statement start(database, "SELECT start FROM partitions WHERE name = ?");
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    Range range;
    start.bind(0, partitions.name(i));
    if (start.step()) range.start = start.number(0);
    start.reset();
    sqlite::Statement last(database, fmt::format("SELECT max(offset) + 1 FROM \"{}\"", partitions.name(i)));
    last.step();
    range.end = std::max(range.start, last.number(0));
    content.ranges.push_back(range);
  }
  return content;
}

}  // namespace zhida::log
