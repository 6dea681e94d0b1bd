#include "kafka/secured_broker.hpp"

#include <fmt/core.h>

#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace zhida::test {
namespace {

std::string local(int port) { return fmt::format("127.0.0.1:{}", port); }

}  // namespace

SecuredBroker::SecuredBroker(Kafka kafka)
    : plain_port_(free_port()),
      sasl_plaintext_port_(free_port()),
      sasl_ssl_port_(free_port()),
      ssl_port_(free_port()),
      controller_port_(free_port()) {
  make_certificates();
  write_configuration();
  format_broker_storage(directory_.path(), kafka);
  pid_ = spawn(broker_program("kafka.Kafka", {"broker.properties"}, "512m", kafka), directory_.path(), "broker.out");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  while (!broker_answers(local(plain_port_))) {
    if (::waitpid(pid_, nullptr, WNOHANG) != 0 || std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error("the broker does not start: " + file_content(directory_ / "broker.out"));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  const pid_t configure = spawn(broker_program("kafka.admin.ConfigCommand",
                                               {"--bootstrap-server", local(plain_port_), "--alter", "--entity-type", "users",
                                                "--entity-name", "zhida", "--add-config", "SCRAM-SHA-256=[password=secret]"},
                                               "512m", kafka),
                                directory_.path(), "configure.out");
  int status = 0;
  ::waitpid(configure, &status, 0);
  if (status != 0) throw std::runtime_error("the broker does not take its user: " + file_content(directory_ / "configure.out"));
}

SecuredBroker::~SecuredBroker() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::string SecuredBroker::sasl_plaintext() const { return local(sasl_plaintext_port_); }
std::string SecuredBroker::sasl_ssl() const { return local(sasl_ssl_port_); }
std::string SecuredBroker::ssl() const { return local(ssl_port_); }

void SecuredBroker::make_certificates() const {
  std::ofstream(file("make")) << R"(set -e
authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" -keyout "$1.key" -out "$1.pem"
}
signed() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr"
  printf 'subjectAltName=DNS:localhost,IP:127.0.0.1' >"$1.ext"
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile "$1.ext" -out "$1.crt"
}
authority ca
authority stranger
signed broker
signed client
cat broker.key broker.crt ca.pem >broker.pem
)";
  const std::string command = fmt::format("cd '{}' && sh ./make >make.out 2>&1", directory_.path().string());
  if (std::system(command.c_str()) != 0)  // NOLINT: a path of our own
    throw std::runtime_error("openssl: " + file_content(directory_ / "make.out"));
}

void SecuredBroker::write_configuration() const {
  std::ofstream out(directory_ / "broker.properties");
  out << alone
      << fmt::format(R"(process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{4}
listeners=PLAINTEXT://127.0.0.1:{0},SASL_PLAINTEXT://127.0.0.1:{1},SASL_SSL://127.0.0.1:{2},SSL://127.0.0.1:{3},CONTROLLER://127.0.0.1:{4}
advertised.listeners=PLAINTEXT://127.0.0.1:{0},SASL_PLAINTEXT://127.0.0.1:{1},SASL_SSL://127.0.0.1:{2},SSL://127.0.0.1:{3}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL,SSL:SSL,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256
listener.name.sasl_plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_zhida="secret";
listener.name.sasl_plaintext.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_zhida="secret";
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
ssl.keystore.type=PEM
ssl.keystore.location={5}/broker.pem
ssl.truststore.type=PEM
ssl.truststore.location={5}/ca.pem
listener.name.ssl.ssl.client.auth=required
log.dirs={5}/data
)",
                     plain_port_, sasl_plaintext_port_, sasl_ssl_port_, ssl_port_, controller_port_, directory_.path().string());
}

}  // namespace zhida::test
