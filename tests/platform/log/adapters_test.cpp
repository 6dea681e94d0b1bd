#include "platform/log/event_log_conformance.hpp"

#include "platform/log/memory_log.hpp"
#include "platform/log/sqlite_log.hpp"

namespace zhida::log {
namespace {

std::unique_ptr<EventLog> sqlite(boost::asio::io_context& io, const std::filesystem::path& directory, Layout layout) {
  return std::make_unique<SqliteLog>(io.get_executor(), directory / "log.sqlite3", std::move(layout));
}

// No cache: every read goes to the file.
std::unique_ptr<EventLog> sqlite_uncached(boost::asio::io_context& io, const std::filesystem::path& directory, Layout layout) {
  SqliteLog::Options options;
  options.cache_bytes = 0;
  options.commit_records = 1;
  return std::make_unique<SqliteLog>(io.get_executor(), directory / "log.sqlite3", std::move(layout), options);
}

std::unique_ptr<EventLog> memory(boost::asio::io_context&, const std::filesystem::path&, Layout layout) {
  return std::make_unique<MemoryLog>(std::move(layout));
}

std::unique_ptr<EventLog> sparse_memory(boost::asio::io_context&, const std::filesystem::path&, Layout layout) {
  MemoryLog::Options options;
  options.gap = 3;
  return std::make_unique<MemoryLog>(std::move(layout), std::move(options));
}

INSTANTIATE_TEST_SUITE_P(Adapters, EventLogConformance,
                         testing::Values(Adapter{"SqliteLog", sqlite, true}, Adapter{"UncachedSqliteLog", sqlite_uncached, true},
                                         Adapter{"MemoryLog", memory, false}, Adapter{"SparseMemoryLog", sparse_memory, false}),
                         [](const auto& adapter) { return adapter.param.name; });

}  // namespace
}  // namespace zhida::log
