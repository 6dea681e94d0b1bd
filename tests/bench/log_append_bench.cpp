// How fast the event log takes records, beside bare SQLite inserts in transactions of the same size.
//   log_append_bench [DIR] [SECONDS per row]
// An append counts once it is durable. "in flight" appends of `batch` records are awaited at the same time.

#include "platform/log/sqlite.hpp"
#include "platform/log/sqlite_log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace zhida;
using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

log::NewRecord make_record(std::size_t bytes) {
  log::NewRecord record;
  record.topic = "facts";
  record.key = "91310117MA1J2ABCDE";
  record.value.assign(bytes, 'x');
  record.event = {"0123456789abcdef0123456789abcdef", "zhida.profile.patched.v1", "/zhida/ingest", 1'700'000'000'000, {}};
  return record;
}

struct Row {
  double records_per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
};

asio::awaitable<void> append_until(log::EventLog& log, std::size_t batch, std::size_t bytes, Clock::time_point end,
                                   std::vector<double>& times) {
  const log::NewRecord sample = make_record(bytes);
  while (Clock::now() < end) {
    std::vector<log::NewRecord> records(batch, sample);
    const auto start = Clock::now();
    const auto done = co_await log.append(std::move(records));
    if (!done) throw std::runtime_error(done.error().message());
    times.push_back(since(start) * 1e3);
  }
}

Row event_log(const fs::path& directory, std::size_t batch, std::size_t in_flight, std::size_t bytes, double seconds) {
  asio::io_context io{1};
  log::SqliteLog log(io.get_executor(), directory / "log.sqlite3", {{"facts", 1, log::Retention::forever()}});
  std::vector<double> times;
  const auto start = Clock::now();
  const auto end = start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  for (std::size_t i = 0; i < in_flight; ++i)
    asio::co_spawn(io, append_until(log, batch, bytes, end, times), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
  io.run();
  const double took = since(start);
  std::ranges::sort(times);
  return {static_cast<double>(times.size() * batch) / took, times[times.size() / 2], times[times.size() * 99 / 100]};
}

Row bare_sqlite(const fs::path& directory, std::size_t per_transaction, std::size_t bytes, double seconds) {
  log::sqlite::Database database(directory / "bare.sqlite3", std::chrono::seconds(1));
  for (const char* setting : {"PRAGMA page_size = 8192", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
                              "PRAGMA cache_size = -16384", "PRAGMA wal_autocheckpoint = 4096"})
    database.execute(setting);
  database.execute("CREATE TABLE t (offset INTEGER PRIMARY KEY, key, value, id, type, source, time, traceparent)");
  log::sqlite::Statement begin(database, "BEGIN"), commit(database, "COMMIT");
  log::sqlite::Statement insert(database, "INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  const log::NewRecord record = make_record(bytes);
  std::int64_t next = 0;
  std::vector<double> times;
  const auto start = Clock::now();
  while (since(start) < seconds) {
    const auto begun = Clock::now();
    begin.run();
    for (std::size_t i = 0; i < per_transaction; ++i) {
      insert.bind(0, next++);
      insert.bind(1, record.key);
      insert.bind(2, record.value);
      insert.bind(3, record.event.id);
      insert.bind(4, record.event.type);
      insert.bind(5, record.event.source);
      insert.bind(6, record.event.time_ms);
      insert.bind(7, record.event.traceparent);
      insert.run();
    }
    commit.run();
    times.push_back(since(begun) * 1e3);
  }
  const double took = since(start);
  std::ranges::sort(times);
  return {static_cast<double>(next) / took, times[times.size() / 2], times[times.size() * 99 / 100]};
}

}  // namespace

int main(int count, char** arguments) {
  const fs::path parent = count > 1 ? fs::path(arguments[1]) : fs::temp_directory_path();
  const double seconds = count > 2 ? std::atof(arguments[2]) : 2.0;
  std::string name = (parent / "log-bench-XXXXXX").string();
  if (!::mkdtemp(name.data())) return 1;
  const fs::path directory = name;
  std::printf("%8s %7s %10s | %12s %8s %8s | %12s %8s %8s | %6s\n", "bytes", "batch", "in flight", "log rec/s", "p50 ms", "p99 ms",
              "bare rec/s", "p50 ms", "p99 ms", "ratio");
  for (const std::size_t bytes : {300UL, 1'000UL})
    for (const auto& [batch, in_flight] :
         std::vector<std::pair<std::size_t, std::size_t>>{{1, 1}, {1, 256}, {100, 1}, {100, 8}, {1'000, 1}, {1'000, 4}}) {
      const Row ours = event_log(directory, batch, in_flight, bytes, seconds);
      const Row bare = bare_sqlite(directory, batch * in_flight, bytes, seconds);
      std::printf("%8zu %7zu %10zu | %12.0f %8.2f %8.2f | %12.0f %8.2f %8.2f | %6.2f\n", bytes, batch, in_flight, ours.records_per_second,
                  ours.p50_ms, ours.p99_ms, bare.records_per_second, bare.p50_ms, bare.p99_ms,
                  ours.records_per_second / bare.records_per_second);
      std::fflush(stdout);
      for (const auto& file : fs::directory_iterator(directory)) fs::remove(file);
    }
  fs::remove_all(directory);
}
