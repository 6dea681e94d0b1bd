#include "standalone/client/backup.hpp"

#include "standalone/client/api_client.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <array>
#include <memory>
#include <string>

namespace zhida::standalone {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> small_files = {"format", "keys.json", "dev-keys.json", "master.key"};

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

Database open(const fs::path& file, int flags) {
  sqlite3* raw = nullptr;
  const int status = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
  Database database(raw);
  if (status != SQLITE_OK) throw CommandFailed(file.string() + ": " + (raw != nullptr ? sqlite3_errmsg(raw) : "cannot be opened"));
  sqlite3_busy_timeout(raw, 10'000);
  return database;
}

/// SQLite's online backup in one step: one moment of the log, while others write to it.
void copy_log(const fs::path& from, const fs::path& to) {
  if (!fs::exists(from)) throw CommandFailed(from.string() + " does not exist: not a data directory of Zhida, or not a backup");
  const Database source = open(from, SQLITE_OPEN_READONLY);
  const Database target = open(to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  sqlite3_backup* backup = sqlite3_backup_init(target.get(), "main", source.get(), "main");
  if (backup == nullptr) throw CommandFailed(to.string() + ": " + sqlite3_errmsg(target.get()));
  const int step = sqlite3_backup_step(backup, -1);
  sqlite3_backup_finish(backup);
  if (step != SQLITE_DONE) throw CommandFailed("the log was not copied: " + std::string(sqlite3_errstr(step)));
}

void fill_directory(const fs::path& from, const fs::path& to) {
  fs::permissions(to, fs::perms::owner_all);
  copy_log(from / "log.sqlite3", to / "log.sqlite3");
  for (const std::string_view name : small_files)
    if (fs::exists(from / name)) fs::copy_file(from / name, to / name);  // modes are copied too
}

/// `to` does not exist or is empty, and is so again if this fails.
void copy_directory(const fs::path& from, const fs::path& to) {
  const bool made = fs::create_directories(to);
  try {
    fill_directory(from, to);
  } catch (...) {
    std::error_code ignored;
    for (const fs::path& part : fs::directory_iterator(to, ignored)) fs::remove(part, ignored);
    if (made) fs::remove(to, ignored);
    throw;
  }
}

}  // namespace

void back_up(const node::DataDirectory& directory, const fs::path& target) {
  if (fs::exists(target)) throw CommandFailed(target.string() + " exists already");
  copy_directory(directory.path, target);
  fmt::print("Copied to {}. It holds the master key and the keys' hashes: keep it as safe as {}.\n", target.string(),
             directory.path.string());
}

void restore_backup(const fs::path& source, const node::DataDirectory& directory) {
  if (fs::exists(directory.path) && !fs::is_empty(directory.path)) throw CommandFailed(directory.path.string() + " is not empty");
  copy_directory(source, directory.path);
  fmt::print("Restored to {}. Start it with `zhida serve --data {}`.\n", directory.path.string(), directory.path.string());
}

}  // namespace zhida::standalone
