#include "platform/log/sqlite_backup.hpp"

#include "platform/log/sqlite_writer.hpp"

#include <boost/asio/post.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <system_error>
#include <utility>

namespace zhida::log {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr int pages_at_a_time = 2'000;

bool sync(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool synced = ::fsync(descriptor) == 0;
  ::close(descriptor);
  return synced;
}

/// Copies what one read transaction sees. False when `stopping` became true.
bool copy_pages(const fs::path& from, const fs::path& to, const std::atomic<bool>& stopping) {
  sqlite::Database source(from, 2s);
  sqlite::Database target(to, 2s);
  // The transaction pins the moment: without it every write to the source would begin the copy again.
  source.execute("BEGIN");
  source.number("SELECT count(*) FROM sqlite_master");
  const std::unique_ptr<sqlite3_backup, decltype(&sqlite3_backup_finish)> backup(
      sqlite3_backup_init(target.handle(), "main", source.handle(), "main"), &sqlite3_backup_finish);
  if (!backup) throw sqlite::Failure(sqlite3_errcode(target.handle()), sqlite3_errmsg(target.handle()));
  for (;;) {
    if (stopping) return false;
    const int code = sqlite3_backup_step(backup.get(), pages_at_a_time);
    if (code == SQLITE_DONE) return true;
    if (code != SQLITE_OK) throw sqlite::Failure(code, sqlite3_errstr(code));
  }
}

}  // namespace

SqliteBackup::SqliteBackup(asio::any_io_executor executor, fs::path from, fs::path to, Ticket<void> ticket)
    : from_(std::move(from)), to_(std::move(to)) {
  thread_ = std::thread([this, executor = std::move(executor), ticket = std::move(ticket)]() mutable {
    const boost::system::error_code error = copy();
    ended_ = true;
    asio::post(executor, [ticket = std::move(ticket), error]() mutable {
      ticket.answer(error ? boost::system::result<void>(error) : boost::system::result<void>());
    });
  });
}

SqliteBackup::~SqliteBackup() {
  stopping_ = true;
  thread_.join();
}

// The copy gets its name when it is whole, so a crash leaves no file that looks like a backup.
boost::system::error_code SqliteBackup::copy() {
  std::error_code failed;
  if (fs::exists(to_, failed) || failed) return Error::io;
  fs::path partial = to_;
  partial += ".partial";
  fs::remove(partial, failed);
  boost::system::error_code outcome;
  try {
    if (!copy_pages(from_, partial, stopping_)) outcome = asio::error::make_error_code(asio::error::operation_aborted);
  } catch (const sqlite::Failure& failure) {
    outcome = to_error(failure);
  }
  if (!outcome && !sync(partial)) outcome = Error::io;
  if (!outcome) {
    fs::rename(partial, to_, failed);
    if (failed || !sync(to_.has_parent_path() ? to_.parent_path() : fs::path("."))) outcome = Error::io;
  }
  if (outcome)
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) fs::remove(fs::path(partial.string() + suffix), failed);
  return outcome;
}

}  // namespace zhida::log
