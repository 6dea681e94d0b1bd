#include "kafka/kafka_broker.hpp"

#include "kafka/broker_process.hpp"

#include <fmt/core.h>

#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace zhida::test {

using namespace std::chrono_literals;

const std::string& KafkaBroker::absence() { return absence_of_brokers(); }

KafkaBroker& KafkaBroker::shared() {
  static KafkaBroker broker;
  return broker;
}

KafkaBroker::KafkaBroker() : plain_port_(free_port()), secured_port_(free_port()), controller_port_(free_port()) {
  write_configuration();
  format_broker_storage(directory_.path());
  start();
  wait_until_ready();
}

KafkaBroker::~KafkaBroker() { kill(); }

std::string KafkaBroker::plain() const { return fmt::format("127.0.0.1:{}", plain_port_); }

std::string KafkaBroker::secured() const { return fmt::format("127.0.0.1:{}", secured_port_); }

void KafkaBroker::kill() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

void KafkaBroker::start() { pid_ = spawn(broker_program("kafka.Kafka", {"broker.properties"}), directory_.path(), "broker.out"); }

void KafkaBroker::wait_until_ready() const {
  const auto deadline = std::chrono::steady_clock::now() + 120s;
  while (!broker_answers(plain())) {
    if (::waitpid(pid_, nullptr, WNOHANG) != 0 || std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error("the broker does not start: " + output());
    std::this_thread::sleep_for(50ms);
  }
}

std::string KafkaBroker::output() const {
  const std::string all = file_content(directory_ / "broker.out");
  return all.size() > 2'000 ? all.substr(all.size() - 2'000) : all;
}

void KafkaBroker::write_configuration() const {
  std::ofstream out(directory_ / "broker.properties");
  out << alone
      << fmt::format(R"(process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{2}
listeners=PLAINTEXT://127.0.0.1:{0},SASL_PLAINTEXT://127.0.0.1:{1},CONTROLLER://127.0.0.1:{2}
advertised.listeners=PLAINTEXT://127.0.0.1:{0},SASL_PLAINTEXT://127.0.0.1:{1}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
sasl.enabled.mechanisms=PLAIN
listener.name.sasl_plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_zhida="secret" user_guest="secret";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:zhida
allow.everyone.if.no.acl.found=true
log.dirs={3}
log.cleaner.backoff.ms=100
log.cleaner.dedupe.buffer.size=10485760
log.segment.delete.delay.ms=1000
)",
                     plain_port_, secured_port_, controller_port_, (directory_ / "data").string());
}

}  // namespace zhida::test
