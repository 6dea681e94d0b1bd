#pragma once

#include "node/data_directory.hpp"
#include "platform/http/client.hpp"

#include <rapidjson/document.h>
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace zhida::test {

/// An answer of the API, its body parsed if it is JSON.
struct Answer {
  int status = 0;
  http::Headers headers;
  std::string body;
  rapidjson::Document json;

  /// Member by names, e.g. `at("progress", "decided")`; a null value if there is none.
  template <class... Names>
  const rapidjson::Value& at(const Names&... names) const {
    const rapidjson::Value* value = &json;
    ((value = member(*value, names)), ...);
    return *value;
  }

 private:
  static const rapidjson::Value* member(const rapidjson::Value& object, const char* name);
};

using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// A `zhida serve` of the build under test, as its own process on a free port of 127.0.0.1; in the suite of the cluster a `zhida cluster`,
/// whose gateway has that port.
class Standalone {
 public:
  /// Starts it on `directory` and waits until it is ready; fails the test if that takes more than a minute.
  /// `launched` is told its process before anything is waited for.
  explicit Standalone(std::filesystem::path directory, std::vector<std::string> options = {}, std::function<void(pid_t)> launched = {});
  /// Kills it if it still runs.
  ~Standalone();
  Standalone(const Standalone&) = delete;
  Standalone& operator=(const Standalone&) = delete;

  /// `launch()` and `await_ready()`.
  void start();
  /// Starts the program without waiting for anything.
  void launch();
  /// Waits until it is ready: fails the test after `limit`, throws `runtime_error` if the program ends.
  void await_ready(std::chrono::milliseconds limit = std::chrono::seconds(60));
  /// SIGTERM; returns the exit status, or −1 if it had to be killed after 15 s.
  int stop();
  /// kill -9 and wait.
  void kill();

  bool running() const { return pid_ > 0; }
  pid_t pid() const { return pid_; }
  std::uint16_t port() const { return port_; }
  const std::filesystem::path& directory() const { return directory_; }
  std::string key(const std::string& role) const;

  /// Sends one request as `role` (a name of dev-keys.json, a whole key `zk_…`, or "" for none). Throws `system_error` if nobody answers.
  Answer ask(http::Verb verb, const std::string& target, const std::string& role, const std::string& body = "",
             const HeaderList& headers = {}) const;
  Answer get(const std::string& target, const std::string& role, const HeaderList& headers = {}) const {
    return ask(http::Verb::get, target, role, "", headers);
  }
  Answer post(const std::string& target, const std::string& role, const std::string& body = "", const HeaderList& headers = {}) const {
    return ask(http::Verb::post, target, role, body, headers);
  }
  Answer put(const std::string& target, const std::string& role, const std::string& body, const HeaderList& headers = {}) const {
    return ask(http::Verb::put, target, role, body, headers);
  }

 private:
  std::filesystem::path directory_;
  std::vector<std::string> options_;
  std::function<void(pid_t)> launched_;
  pid_t pid_ = 0;
  std::uint16_t port_ = 0;
};

/// What became of a program.
struct Ran {
  int status = 0;  ///< its exit status; −1 if it had to be killed
  std::string output, errors;
};

/// Runs a program of the build under test to its end, or kills it after `limit`.
Ran run_program(const std::string& name, const std::vector<std::string>& arguments,
                std::chrono::milliseconds limit = std::chrono::minutes(5));

/// Runs `zhida` with `arguments`, standard output into `output` if given; its exit status.
int run_zhida(const std::vector<std::string>& arguments, std::string* output = nullptr);

/// Asks `condition` every 20 ms; false if it does not hold within `limit`.
template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds limit = std::chrono::seconds(30)) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

}  // namespace zhida::test
