#pragma once

#include "platform/process/child.hpp"
#include "platform/redis/address.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>

#include <sys/types.h>

namespace zhida::process {

/// A redis-server of our own, in a directory of its own, reached by a unix socket only.
///
/// It is started again when it dies, and dies (SIGKILL by the system) with this process, even when that is killed:
/// what it has answered is in its append-only file by then. Its files stand in `directory`: `redis.pid`,
/// `redis.log`, `redis.sock`, `appendonlydir/`.
///
/// A socket path has room for 107 bytes. The server works in the directory and binds the bare name, and
/// `address()` names it through /proc/self/fd when the whole path is too long, so any directory will do.
/// By hand: `cd DIR && redis-cli -s redis.sock`.
class RedisServer {
 public:
  struct Options {
    std::filesystem::path program = "/usr/bin/redis-server";
    std::chrono::milliseconds first_delay{50};  ///< before starting it again; doubled each time it dies young
    std::chrono::milliseconds longest_delay{5'000};
    std::chrono::milliseconds grace{5'000};  ///< between SIGTERM and SIGKILL in `stop()`
  };

  /// Told in a sentence what happened to the child.
  using Observer = Child::Observer;

  /// Ends a child an earlier life left in `directory`, which is made if missing. Does not start one yet.
  /// Throws std::system_error, or std::runtime_error if the program is missing.
  RedisServer(boost::asio::any_io_executor executor, std::filesystem::path directory, Observer observer);
  RedisServer(boost::asio::any_io_executor executor, std::filesystem::path directory, Observer observer, Options options);

  /// Starts the child and starts it again whenever it ends, until `stop()` or cancelled (`terminal`).
  /// The child dies with the *thread* that runs this: that must be one which lives as long as the process.
  boost::asio::awaitable<void> run() { return child_.run(); }

  /// Asks the child to end and waits for it; `run()` ends too. Its data stays.
  boost::asio::awaitable<void> stop() { return child_.stop(); }

  /// Where it listens; valid as long as this object.
  redis::Address address() const;

  pid_t pid() const { return child_.pid(); }                ///< 0 while none runs
  std::uint64_t starts() const { return child_.starts(); }  ///< children started so far

 private:
  std::filesystem::path directory_;
  Child child_;
};

}  // namespace zhida::process
