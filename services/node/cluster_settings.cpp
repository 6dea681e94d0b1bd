#include "node/cluster_settings.hpp"

#include "platform/redis/servers.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>

namespace zhida::node {
namespace {

std::string first_line(const std::string& path) {
  std::ifstream stream(path);
  std::string line;
  std::getline(stream, line);
  return line;
}

/// Adds an option with its environment variable.
auto adder(CLI::App& command) {
  return [&command](const std::string& name, std::string& into, const std::string& variable, const std::string& help) {
    command.add_option(name, into, help)->envname(variable)->capture_default_str();
  };
}

}  // namespace

/// What is wrong, a sentence each.
class ClusterOptions::Mistakes {
 public:
  void add(std::string sentence) { found_.push_back(std::move(sentence)); }
  void add(std::vector<std::string> sentences) { std::ranges::move(sentences, std::back_inserter(found_)); }

  template <class T>
  T number(std::string_view name, const std::string& text, T least, T most) {
    long long value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size() && value >= least && value <= most) return static_cast<T>(value);
    add(std::string(name) + " is \"" + text + "\"; it must be a whole number from " + std::to_string(least) + " to " +
        std::to_string(most));
    return least;
  }

  void file(std::string_view name, const std::string& path) {
    std::error_code ignored;
    if (path.empty())
      add(std::string(name) + " is not set");
    else if (!std::filesystem::is_regular_file(path, ignored))
      add(std::string(name) + " names " + path + ", which is no file");
  }

  void end() const {
    if (found_.empty()) return;
    std::string all = "settings are wrong:";
    for (const std::string& sentence : found_) all += "\n  - " + sentence;
    throw std::runtime_error(all);
  }

 private:
  std::vector<std::string> found_;
};

void ClusterOptions::add_log_to(CLI::App& command) {
  const auto add = adder(command);
  log::KafkaSettings& kafka = given_.kafka;
  add("--brokers", kafka.brokers, "ZHIDA_BROKERS", "Kafka: host:port, several with commas");
  add("--topic-prefix", kafka.topic_prefix, "ZHIDA_TOPIC_PREFIX", "Before the name of each topic and group");
  add("--log-id", kafka.log_id, "ZHIDA_LOG_ID", "Only the log with this id; empty: whichever the topics hold");
  add("--kafka-security", kafka.security, "ZHIDA_KAFKA_SECURITY", "plaintext, ssl, sasl_plaintext or sasl_ssl");
  add("--kafka-sasl", kafka.sasl_mechanism, "ZHIDA_KAFKA_SASL", "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512");
  add("--kafka-user", kafka.username, "ZHIDA_KAFKA_USER", "User of SASL");
  add("--kafka-password-file", kafka_password_file_, "ZHIDA_KAFKA_PASSWORD_FILE", "File with its password in the first line");
  add("--kafka-ca", kafka.ca_file, "ZHIDA_KAFKA_CA", "PEM of the authorities trusted; empty: the system's");
  add("--kafka-certificate", kafka.certificate_file, "ZHIDA_KAFKA_CERTIFICATE", "PEM of the client's certificate");
  add("--kafka-key", kafka.key_file, "ZHIDA_KAFKA_KEY", "PEM of its private key");
  add("--replication", replication_, "ZHIDA_REPLICATION", "Replicas of each partition");
  add("--min-in-sync", min_in_sync_, "ZHIDA_MIN_IN_SYNC", "Of which so many have a record before it is acknowledged");
  add("--create-topics", create_topics_, "ZHIDA_CREATE_TOPICS", "true: topics that are missing are made; false: they are a mistake");
  add("--compression", kafka.compression, "ZHIDA_COMPRESSION", "none, lz4 or zstd");
  add("--partitions", partitions_, "ZHIDA_PARTITIONS", "Partitions of the topics keyed by enterprise; fixed for ever");
}

void ClusterOptions::add_to(CLI::App& command) {
  add_log_to(command);
  const auto add = adder(command);
  add("--redis", given_.redis, "ZHIDA_REDIS", "URL of Redis");
  add("--address", given_.address, "ZHIDA_ADDRESS", "Address to listen on");
  add("--advertise", given_.advertise, "ZHIDA_ADVERTISE",
      "Address at which the other processes find this one; empty: the one listened on, or the one towards Redis if it listens on all");
  add("--port", port_, "ZHIDA_PORT", "HTTP port; 0 picks a free one");
  add("--metrics-port", metrics_port_, "ZHIDA_METRICS_PORT",
      "Another port, which answers /metrics to anybody who reaches it; empty: /metrics is for this machine only");
  add("--keys", given_.keys, "ZHIDA_KEYS", "File of the API keys' hashes, which `zhida keys` makes");
  add("--master-key", given_.master_key, "ZHIDA_MASTER_KEY", "File of the master key, 64 hexadecimal digits");
  add("--page-url", given_.page_url, "ZHIDA_PAGE_URL", "Where the link of a package without target leads");
  add("--log-level", given_.log_level, "ZHIDA_LOG_LEVEL", "debug, info, warning or error");
  command.add_option("--link-hosts", given_.link_hosts, "Hosts of links beside *.gov.cn and those of the sample")
      ->envname("ZHIDA_LINK_HOSTS")
      ->delimiter(',');
}

ClusterSettings ClusterOptions::read_log(Mistakes& mistakes) const {
  ClusterSettings made = given_;
  made.partitions = mistakes.number("the number of partitions", partitions_, 1, 1'024);
  made.kafka.replication = mistakes.number("the replication", replication_, 1, 32);
  made.kafka.min_in_sync = mistakes.number("the number of replicas in sync", min_in_sync_, 1, 32);
  if (create_topics_ != "true" && create_topics_ != "false")
    mistakes.add("create-topics is \"" + create_topics_ + "\"; it must be true or false");
  made.kafka.create_topics = create_topics_ == "true";
  if (!kafka_password_file_.empty()) {
    mistakes.file("the file of Kafka's password", kafka_password_file_);
    made.kafka.password = first_line(kafka_password_file_);
  }
  mistakes.add(log::problems(made.kafka));
  return made;
}

ClusterSettings ClusterOptions::log_settings() const {
  Mistakes mistakes;
  ClusterSettings made = read_log(mistakes);
  mistakes.end();
  return made;
}

ClusterSettings ClusterOptions::settings() const {
  Mistakes mistakes;
  ClusterSettings made = read_log(mistakes);
  made.port = mistakes.number<std::uint16_t>("the port", port_, 0, 65'535);
  if (!metrics_port_.empty()) made.metrics_port = mistakes.number<std::uint16_t>("the port of the metrics", metrics_port_, 1, 65'535);
  if (made.redis.empty())
    mistakes.add("Redis is not named; give a URL");
  else if (redis::Servers::parse(made.redis).has_error())
    mistakes.add("the URL of Redis cannot be read: it is redis://[[user]:password@]host[:port], redis+cluster://… or unix:/path");
  mistakes.file("the file of API keys", made.keys);
  mistakes.file("the file of the master key", made.master_key);
  static constexpr std::string_view levels[] = {"debug", "info", "warning", "error"};
  if (std::ranges::find(levels, made.log_level) == std::end(levels))
    mistakes.add("the log level is \"" + made.log_level + "\"; it must be debug, info, warning or error");
  mistakes.end();
  return made;
}

}  // namespace zhida::node
