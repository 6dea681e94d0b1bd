#pragma once

#include "support/temporary_directory.hpp"

#include <memory>
#include <string>

#include <sys/types.h>

namespace zhida::test {

/// A real Kafka broker (KRaft, one node) on free ports of 127.0.0.1, with a directory of its own; it dies with this process.
///
/// `plain()` needs no login; `secured()` is SASL_PLAINTEXT with PLAIN, user `zhida`, password `secret`;
/// `guest`, with the same password, may not do what an access rule grants to others.
class KafkaBroker {
 public:
  /// Why there can be no broker here; empty if there can. Fetches the broker's programs if need be.
  static const std::string& absence();

  /// One for the whole test program, started by whoever asks first. `absence()` must be empty.
  static KafkaBroker& shared();

  /// Starts it and waits until it answers. Throws std::runtime_error with the end of its log.
  KafkaBroker();
  ~KafkaBroker();
  KafkaBroker(const KafkaBroker&) = delete;
  KafkaBroker& operator=(const KafkaBroker&) = delete;

  std::string plain() const;
  std::string secured() const;

  /// kill -9.
  void kill();
  /// After `kill`: starts it on the same ports and data, and does not wait for it.
  void start();
  void wait_until_ready() const;

  pid_t pid() const { return pid_; }

 private:
  void write_configuration() const;
  std::string output() const;

  TemporaryDirectory directory_;
  int plain_port_;
  int secured_port_;
  int controller_port_;
  pid_t pid_ = 0;
};

}  // namespace zhida::test
