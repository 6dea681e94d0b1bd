#pragma once

#include "chaos/brokers.hpp"
#include "chaos/proxy.hpp"
#include "support/standalone.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace zhida::chaos {

/// The whole of it on 127.0.0.1: brokers, Redis, and all services twice, which reach these through a proxy only.
class System {
 public:
  static constexpr int partitions = 4;

  /// Starts everything and waits until it answers. `restart_*` and the destructor belong to the thread that made it.
  System(std::filesystem::path directory, std::size_t brokers);
  ~System();
  System(const System&) = delete;
  System& operator=(const System&) = delete;

  Brokers& brokers() { return *brokers_; }
  const Brokers& brokers() const { return *brokers_; }
  Proxy& proxy() { return proxy_; }
  const std::filesystem::path& directory() const { return directory_; }

  /// A request through the entry port; nothing if nobody answered.
  std::optional<test::Answer> ask(http::Verb verb, const std::string& target, const std::string& role, const std::string& body = "",
                                  const test::HeaderList& headers = {}) const;

  /// Process of a service (`matcher`, `matcher-2`, `gateway`); 0 while there is none.
  pid_t pid_of(const std::string& service) const;

  void kill_redis();
  void start_redis();
  /// FLUSHALL.
  void flush_redis() const;
  /// Gives Redis a script under its SHA-1.
  void load_script(const std::string& source) const;

 private:
  /// One command in RESP, its answer thrown away.
  void tell_redis(const std::vector<std::string>& words) const;

  std::filesystem::path directory_;
  Proxy proxy_;
  std::unique_ptr<Brokers> brokers_;
  int redis_port_ = 0;
  pid_t redis_ = 0;
  std::uint16_t redis_proxy_ = 0;
  std::unique_ptr<test::Standalone> cluster_;
  std::map<std::string, std::string> keys_;
};

}  // namespace zhida::chaos
