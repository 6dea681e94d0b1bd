#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace zhida::process {

/// A program kept running as a child: started again when it dies, and killed by the system when this process dies, even by SIGKILL.
///
/// Its pid stands in `DIRECTORY/NAME.pid` while it runs, so that a later life of this program ends what an earlier one left.
class Child {
 public:
  struct Settings {
    std::string name;                                              ///< of the pid file and in reports
    std::filesystem::path program;                                 ///< absolute
    std::vector<std::string> arguments;                            ///< behind the program's name
    std::filesystem::path directory;                               ///< where it works
    std::filesystem::path output;                                  ///< file that its output is appended to; empty: it has none
    std::vector<std::pair<std::string, std::string>> environment;  ///< set beside what this process has
    std::chrono::milliseconds first_delay{50};                     ///< before starting it again; doubled each time it dies young
    std::chrono::milliseconds longest_delay{5'000};
    std::chrono::milliseconds grace{5'000};  ///< between SIGTERM and SIGKILL in `stop()`
  };

  /// Told in a sentence what happened to the child.
  using Observer = std::function<void(std::string_view event)>;

  /// Makes the directory if missing and ends a child an earlier life left in it. Does not start one yet.
  /// Throws std::system_error, or std::runtime_error if the program is missing.
  Child(boost::asio::any_io_executor executor, Settings settings, Observer observer);
  /// Kills the child if it still runs.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Starts the child and starts it again whenever it ends, until `stop()` or cancelled (`terminal`).
  /// The child dies with the *thread* that runs this: that must be one which lives as long as the process.
  boost::asio::awaitable<void> run();

  /// Asks the child to end, and to be left ended; `stop()` waits for it.
  void ask_to_stop();
  /// Asks the child to end and waits for it; `run()` ends too.
  boost::asio::awaitable<void> stop();

  const std::string& name() const { return settings_.name; }
  int directory() const { return directory_descriptor_; }  ///< a descriptor of where it works
  pid_t pid() const { return pid_; }                       ///< 0 while none runs
  std::uint64_t starts() const { return starts_; }         ///< children started so far

 private:
  std::filesystem::path pid_file() const { return settings_.directory / (settings_.name + ".pid"); }
  void start();
  void forget();
  bool collect();

  boost::asio::any_io_executor executor_;
  Settings settings_;
  Observer observer_;
  int directory_descriptor_ = -1;
  pid_t pid_ = 0;
  int pidfd_ = -1;
  bool stopping_ = false;
  std::uint64_t starts_ = 0;
};

}  // namespace zhida::process
