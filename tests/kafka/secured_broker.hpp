#pragma once

#include "kafka/broker_process.hpp"
#include "support/temporary_directory.hpp"

#include <filesystem>
#include <string>

#include <sys/types.h>

namespace zhida::test {

/// A real Kafka broker that lets in nobody without a login or a certificate, on free ports of 127.0.0.1; it dies with this process.
///
/// User `zhida`, password `secret`, by PLAIN and by SCRAM-SHA-256. Its certificate is signed by an authority made for it.
class SecuredBroker {
 public:
  /// Starts it and waits until it answers. Throws std::runtime_error with the end of its log.
  explicit SecuredBroker(Kafka kafka = Kafka::current);
  ~SecuredBroker();
  SecuredBroker(const SecuredBroker&) = delete;
  SecuredBroker& operator=(const SecuredBroker&) = delete;

  std::string sasl_plaintext() const;
  std::string sasl_ssl() const;
  std::string ssl() const;  ///< asks for a client's certificate

  std::string authority() const { return file("ca.pem"); }
  std::string client_certificate() const { return file("client.crt"); }
  std::string client_key() const { return file("client.key"); }
  std::string stranger() const { return file("stranger.pem"); }  ///< an authority that signed nothing here

 private:
  std::string file(const std::string& name) const { return (directory_ / name).string(); }
  void make_certificates() const;
  void write_configuration() const;

  TemporaryDirectory directory_;
  int plain_port_, sasl_plaintext_port_, sasl_ssl_port_, ssl_port_, controller_port_;
  pid_t pid_ = 0;
};

}  // namespace zhida::test
