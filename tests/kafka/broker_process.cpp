#include "kafka/broker_process.hpp"

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

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <span>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

namespace zhida::test {
namespace {

std::filesystem::path store(Kafka kafka) { return repository() / "build" / (kafka == Kafka::current ? "kafka" : "kafka-before-4"); }

std::string look_for_absence(Kafka kafka) {
  std::string fetch = fmt::format("'{}'", (repository() / "docker/broker/fetch").string());
  if (kafka == Kafka::before_4)
    fetch += fmt::format(" '{}' '{}'", (repository() / "tests/kafka/before_4.xml").string(), store(kafka).string());
  if (std::system(fetch.c_str()) != 0) return "docker/broker/fetch failed";  // NOLINT: paths of our own
  if (std::filesystem::is_directory(store(kafka) / "libs")) return {};
  return file_content(store(kafka) / "absence.txt");
}

bool is_free(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  const bool good = ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return good;
}

/// What `look` makes of the description that a broker gives of all of them; false if none answers.
template <class Look>
bool with_metadata(const std::string& addresses, Look look) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", addresses.c_str(), nullptr, 0);
  rd_kafka_conf_set(conf, "log_level", "0", nullptr, 0);
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0);
  const rd_kafka_metadata_t* metadata = nullptr;
  const bool good = rd_kafka_metadata(client, 1, nullptr, &metadata, 500) == RD_KAFKA_RESP_ERR_NO_ERROR && look(*metadata);
  if (metadata) rd_kafka_metadata_destroy(metadata);
  rd_kafka_destroy(client);
  return good;
}

}  // namespace

const std::string& absence_of_brokers(Kafka kafka) {
  static std::map<Kafka, std::string> reasons;
  const auto known = reasons.find(kafka);
  return known != reasons.end() ? known->second : reasons.emplace(kafka, look_for_absence(kafka)).first->second;
}

std::string file_content(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

int free_port() {
  // Below those that connections get (from 32768 on), one of which may otherwise be in the way when a server is started again.
  static std::mt19937 random(std::random_device{}());
  static std::set<int> given;
  for (int attempt = 0; attempt < 1'000; ++attempt) {
    const int port = std::uniform_int_distribution(10'000, 31'999)(random);
    if (!given.contains(port) && is_free(port)) return *given.insert(port).first;
  }
  throw std::runtime_error("no free port");
}

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

std::vector<std::string> broker_program(const std::string& program, const std::vector<std::string>& arguments, std::string_view heap,
                                        Kafka kafka) {
  std::vector<std::string> words = {
      "java", "-Xmx" + std::string(heap), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", (store(kafka) / "libs").string() + "/*",
      program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

void format_broker_storage(const std::filesystem::path& directory, Kafka kafka) {
  const pid_t format =
      spawn(broker_program("kafka.tools.StorageTool", {"format", "-t", "MkU3OEVBNTcwNTJENDM2Qk", "-c", "broker.properties"}, "512m", kafka),
            directory, "format.out");
  int status = 0;
  ::waitpid(format, &status, 0);
  if (status != 0) throw std::runtime_error("the broker's storage cannot be formatted: " + file_content(directory / "format.out"));
}

bool broker_answers(const std::string& address) {
  return with_metadata(address, [](const rd_kafka_metadata_t& metadata) { return metadata.broker_cnt > 0; });
}

bool brokers_are_in_sync(const std::string& addresses) {
  return with_metadata(addresses, [](const rd_kafka_metadata_t& metadata) {
    const std::span topics(metadata.topics, static_cast<std::size_t>(metadata.topic_cnt));
    return std::ranges::all_of(topics, [](const rd_kafka_metadata_topic_t& topic) {
      const std::span partitions(topic.partitions, static_cast<std::size_t>(topic.partition_cnt));
      return std::ranges::all_of(partitions, [](const auto& partition) { return partition.isr_cnt == partition.replica_cnt; });
    });
  });
}

}  // namespace zhida::test
