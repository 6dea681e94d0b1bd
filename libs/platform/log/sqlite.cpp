#include "platform/log/sqlite.hpp"

namespace zhida::log::sqlite {
namespace {

void check(int code, sqlite3* database) {
  if (code == SQLITE_OK) return;
  throw Failure(code, database ? sqlite3_errmsg(database) : sqlite3_errstr(code));
}

}  // namespace

Database::Database(const std::filesystem::path& file, std::chrono::milliseconds busy_limit) : handle_(nullptr, &sqlite3_close_v2) {
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(opened);
  check(code, opened);
  sqlite3_busy_timeout(opened, static_cast<int>(busy_limit.count()));
}

void Database::execute(const char* sql) { check(sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr), handle()); }

std::int64_t Database::number(const char* sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.number(0) : 0;
}

void Database::rollback() noexcept {
  if (in_transaction()) sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Statement::Statement(Database& database, const std::string& sql) : handle_(nullptr, &sqlite3_finalize) {
  sqlite3_stmt* prepared = nullptr;
  check(sqlite3_prepare_v3(database.handle(), sql.c_str(), static_cast<int>(sql.size() + 1), SQLITE_PREPARE_PERSISTENT, &prepared, nullptr),
        database.handle());
  handle_.reset(prepared);
}

void Statement::bind(int parameter, std::int64_t value) {
  check(sqlite3_bind_int64(handle_.get(), parameter + 1, value), sqlite3_db_handle(handle_.get()));
}

void Statement::bind(int parameter, std::string_view value) {
  // A null pointer would bind NULL.
  check(sqlite3_bind_text64(handle_.get(), parameter + 1, value.data() ? value.data() : "", value.size(), SQLITE_STATIC, SQLITE_UTF8),
        sqlite3_db_handle(handle_.get()));
}

bool Statement::step() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  const Failure failure(code, sqlite3_errmsg(sqlite3_db_handle(handle_.get())));
  reset();
  throw failure;
}

void Statement::run() {
  step();
  reset();
}

std::string_view Statement::text(int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  return {text ? text : "", static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

}  // namespace zhida::log::sqlite
