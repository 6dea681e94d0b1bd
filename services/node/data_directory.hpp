#pragma once

#include "platform/auth/key_ring.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace zhida::node {

/// The names of what stands in a data directory.
///
///     lock          held by the running program        keys.json      hashes of the API keys
///     format        version of all this                dev-keys.json  the keys of the first start, for a trial
///     log.sqlite3   the event log, the only truth      master.key     wraps the enterprises' data keys
///     redis/        the folds, made again from the log server.json    pid and port of the running program
///     sample.json   which sample was loaded
///
/// Of a cluster on one machine, in place of log.sqlite3 and format: cluster.json, what runs where; kafka/, the broker; log/, what each
/// program writes; run/, their pids.
struct DataDirectory {
  std::filesystem::path path;

  std::filesystem::path log() const { return path / "log.sqlite3"; }
  std::filesystem::path redis() const { return path / "redis"; }
  std::filesystem::path keys() const { return path / "keys.json"; }
  std::filesystem::path dev_keys() const { return path / "dev-keys.json"; }
  std::filesystem::path master_key() const { return path / "master.key"; }
  std::filesystem::path server() const { return path / "server.json"; }
  std::filesystem::path sample() const { return path / "sample.json"; }
  std::filesystem::path program_logs() const { return path / "log"; }
};

/// Makes what a new directory needs: a key for each role of bureau `qfb`, for operators of `jw` and `kcb`, and the master key.
/// Files of an earlier start are left alone. Files with secrets get mode 0600. Throws `std::system_error`, `std::runtime_error`.
void prepare(const DataDirectory& directory);
/// Makes the master key alone, unless it is there. Throws as `prepare`.
void prepare_master_key(const DataDirectory& directory);

/// Names of `dev-keys.json` → keys. Throws `std::runtime_error` with a sentence if there is no such file.
std::map<std::string, std::string> read_dev_keys(const DataDirectory& directory);

/// The program that serves a directory.
struct RunningServer {
  std::int64_t pid = 0;
  std::uint16_t port = 0;
};

/// Written when the port is bound; nothing if no program serves the directory (a file left by a killed one counts as none).
std::optional<RunningServer> read_server(const DataDirectory& directory);
void write_server(const DataDirectory& directory, const RunningServer& server);

}  // namespace zhida::node
