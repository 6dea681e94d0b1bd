#pragma once

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace zhida::log::sqlite {

/// An error of SQLite with its (primary) code.
class Failure : public std::runtime_error {
 public:
  Failure(int code, const std::string& message) : std::runtime_error(message), code_(code & 0xff) {}
  int code() const { return code_; }

 private:
  int code_;
};

class Statement;

/// A connection; for one thread at a time. Every call throws Failure.
class Database {
 public:
  /// Makes the file if it is missing.
  Database(const std::filesystem::path& file, std::chrono::milliseconds busy_limit);

  void execute(const char* sql);
  std::int64_t number(const char* sql);

  bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

  /// Ends a transaction that failed, if SQLite has not done so itself.
  void rollback() noexcept;

  sqlite3* handle() { return handle_.get(); }

 private:
  std::unique_ptr<sqlite3, decltype(&sqlite3_close_v2)> handle_;
};

/// A prepared statement; parameters and columns count from 0. Bound text must stay until `reset`.
class Statement {
 public:
  Statement(Database& database, const std::string& sql);

  void bind(int parameter, std::int64_t value);
  void bind(int parameter, std::string_view value);

  /// True while there is a row.
  bool step();
  /// Runs a statement without rows, and makes it ready to run again, even after a failure.
  void run();
  void reset() noexcept { sqlite3_reset(handle_.get()); }

  std::int64_t number(int column) { return sqlite3_column_int64(handle_.get(), column); }
  std::string_view text(int column);

 private:
  std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> handle_;
};

}  // namespace zhida::log::sqlite
