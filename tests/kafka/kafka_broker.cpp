#include "kafka/kafka_broker.hpp"

#include "support/repository.hpp"

#include <fmt/core.h>
#include <librdkafka/rdkafka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

namespace zhida::test {
namespace {

using namespace std::chrono_literals;

std::filesystem::path store() { return repository() / "build" / "kafka"; }

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool good = ::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(socket);
  if (!good) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

// A child whose output goes to `log` and that dies with this process.
pid_t spawn(const std::vector<std::string>& words, const std::filesystem::path& directory, const std::string& log) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));  // execvp does not write to them
  arguments.push_back(nullptr);
  const std::string path = (directory / log).string();
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child > 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(126);
  const int out = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(::open("/dev/null", O_RDONLY), 0);
  ::dup2(out, 1);
  ::dup2(out, 2);
  if (::chdir(directory.c_str()) != 0) ::_exit(126);
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

std::vector<std::string> java(const std::string& program, std::vector<std::string> arguments) {
  std::vector<std::string> words = {
      "java", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", (store() / "libs").string() + "/*", program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

bool answers(const std::string& address) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", address.c_str(), nullptr, 0);
  rd_kafka_conf_set(conf, "log_level", "0", nullptr, 0);
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0);
  const rd_kafka_metadata_t* metadata = nullptr;
  const bool good = rd_kafka_metadata(client, 1, nullptr, &metadata, 500) == RD_KAFKA_RESP_ERR_NO_ERROR && metadata->broker_cnt > 0;
  if (metadata) rd_kafka_metadata_destroy(metadata);
  rd_kafka_destroy(client);
  return good;
}

std::string look_for_absence() {
  const std::string fetch = (repository() / "docker" / "broker" / "fetch").string();
  if (std::system(fetch.c_str()) != 0) return "docker/broker/fetch failed";  // NOLINT: before any thread, a path of our own
  if (std::filesystem::is_directory(store() / "libs")) return {};
  return content(store() / "absence.txt");
}

}  // namespace

const std::string& KafkaBroker::absence() {
  static const std::string reason = look_for_absence();
  return reason;
}

KafkaBroker& KafkaBroker::shared() {
  static KafkaBroker broker;
  return broker;
}

KafkaBroker::KafkaBroker() : plain_port_(free_port()), secured_port_(free_port()), controller_port_(free_port()) {
  write_configuration();
  const pid_t format = spawn(java("kafka.tools.StorageTool", {"format", "-t", "MkU3OEVBNTcwNTJENDM2Qk", "-c", "broker.properties"}),
                             directory_.path(), "format.out");
  int status = 0;
  ::waitpid(format, &status, 0);
  if (status != 0) throw std::runtime_error("the broker's storage cannot be formatted: " + content(directory_ / "format.out"));
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

void KafkaBroker::start() { pid_ = spawn(java("kafka.Kafka", {"broker.properties"}), directory_.path(), "broker.out"); }

void KafkaBroker::wait_until_ready() const {
  const auto deadline = std::chrono::steady_clock::now() + 120s;
  while (!answers(plain())) {
    if (::waitpid(pid_, nullptr, WNOHANG) != 0 || std::chrono::steady_clock::now() > deadline)
      throw std::runtime_error("the broker does not start: " + output());
    std::this_thread::sleep_for(50ms);
  }
}

std::string KafkaBroker::output() const {
  const std::string all = content(directory_ / "broker.out");
  return all.size() > 2'000 ? all.substr(all.size() - 2'000) : all;
}

void KafkaBroker::write_configuration() const {
  std::ofstream out(directory_ / "broker.properties");
  out << fmt::format(R"(process.roles=broker,controller
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
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
auto.create.topics.enable=false
log.cleaner.backoff.ms=100
log.cleaner.dedupe.buffer.size=10485760
log.segment.delete.delay.ms=1000
)",
                     plain_port_, secured_port_, controller_port_, (directory_ / "data").string());
}

}  // namespace zhida::test
