#include "chaos/brokers.hpp"

#include "kafka/broker_process.hpp"

#include <fmt/core.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace zhida::chaos {

using namespace std::chrono_literals;

Brokers::Brokers(std::filesystem::path directory, std::size_t count, const Proxied& proxied) {
  for (std::size_t i = 0; i < count; ++i) {
    Node node;
    node.directory = directory / fmt::format("broker-{}", i + 1);
    std::filesystem::create_directories(node.directory);
    node.direct = test::free_port();
    node.behind = test::free_port();
    node.controller = test::free_port();
    node.proxy = proxied(static_cast<std::uint16_t>(node.behind));
    nodes_.push_back(std::move(node));
  }
  for (std::size_t i = 0; i < count; ++i) {
    configure(i);
    test::format_broker_storage(nodes_[i].directory);
  }
  for (std::size_t i = 0; i < count; ++i) start(i);
  for (std::size_t i = 0; i < count; ++i) wait_until_up(i);
}

Brokers::~Brokers() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) kill(i);
}

void Brokers::kill(std::size_t node) {
  pid_t& pid = nodes_[node].pid;
  if (pid == 0) return;
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  pid = 0;
}

void Brokers::start(std::size_t node) {
  nodes_[node].pid = test::spawn(test::broker_program("kafka.Kafka", {"broker.properties"}, "384m"), nodes_[node].directory, "broker.out");
}

void Brokers::wait_until_up(std::size_t node) const {
  const Node& about = nodes_[node];
  const auto deadline = std::chrono::steady_clock::now() + 120s;
  while (!test::broker_answers(fmt::format("127.0.0.1:{}", about.direct))) {
    if (::waitpid(about.pid, nullptr, WNOHANG) != 0 || std::chrono::steady_clock::now() > deadline) {
      const std::string all = test::file_content(about.directory / "broker.out");
      throw std::runtime_error(fmt::format("broker {} does not start: ", node + 1) +
                               all.substr(all.size() - std::min<std::size_t>(all.size(), 2'000)));
    }
    std::this_thread::sleep_for(50ms);
  }
}

void Brokers::wait_until_whole() const {
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (!test::brokers_are_in_sync(direct()) && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(200ms);
}

std::string Brokers::addresses(int Node::*port) const {
  std::string all;
  for (const Node& node : nodes_) all += fmt::format("{}127.0.0.1:{}", all.empty() ? "" : ",", node.*port);
  return all;
}

void Brokers::configure(std::size_t node) const {
  std::string voters;
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    voters += fmt::format("{}{}@127.0.0.1:{}", i == 0 ? "" : ",", i + 1, nodes_[i].controller);
  const Node& about = nodes_[node];
  std::ofstream out(about.directory / "broker.properties");
  // A broker that is silent for 6 s has lost its partitions; by default it would be 9 s.
  out << fmt::format(R"(process.roles=broker,controller
node.id={0}
controller.quorum.voters={1}
listeners=DIRECT://127.0.0.1:{2},PROXIED://127.0.0.1:{3},CONTROLLER://127.0.0.1:{4}
advertised.listeners=DIRECT://127.0.0.1:{2},PROXIED://127.0.0.1:{5}
listener.security.protocol.map=DIRECT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=DIRECT
log.dirs={6}
default.replication.factor={7}
min.insync.replicas={8}
offsets.topic.replication.factor={7}
offsets.topic.num.partitions=4
transaction.state.log.replication.factor={7}
transaction.state.log.min.isr={8}
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=6000
broker.heartbeat.interval.ms=1000
auto.create.topics.enable=false
message.max.bytes=20000000
replica.fetch.max.bytes=20000000
)",
                     node + 1, voters, about.direct, about.behind, about.controller, about.proxy, (about.directory / "data").string(),
                     nodes_.size(), nodes_.size() > 2 ? 2 : 1);
}

}  // namespace zhida::chaos
