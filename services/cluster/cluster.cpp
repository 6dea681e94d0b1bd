#include "cluster/cluster.hpp"

#include "cluster/broker.hpp"
#include "node/data_directory.hpp"
#include "node/process.hpp"
#include "platform/json/writer.hpp"
#include "platform/process/directory_lock.hpp"
#include "platform/process/durable_file.hpp"
#include "platform/process/redis_server.hpp"

#include <unistd.h>
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace zhida::cluster {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

constexpr std::array services = {"operator", "matcher", "dispatcher", "page", "effect"};

/// One process of a service, or the gateway.
struct Member {
  std::string name;  ///< `matcher`, `matcher-2`
  std::string service;
  std::uint16_t port = 0;
  std::unique_ptr<process::Child> child{};
};

class Cluster {
 public:
  Cluster(asio::io_context& context, const Settings& settings, const observe::Log& journal)
      : context_(context), settings_(settings), directory_{settings.directory}, journal_(journal), process_(context, journal) {}

  asio::awaitable<void> run() {
    choose_ports();
    start_redis();
    std::string failure;
    try {
      co_await start_broker();
      start_services();
      node::write_server(directory_, node::RunningServer{::getpid(), members_.back().port});
      journal_.info("cluster.started", {{"port", members_.back().port}});
    } catch (const std::exception& error) {
      failure = error.what();
    }
    if (!failure.empty()) process_.fail(failure);
    std::function<asio::awaitable<void>()> release = [this] { return stop(); };
    co_await process_.until_stopped(std::move(release));
  }

 private:
  process::Child::Observer observer() {
    return [this](std::string_view what) {
      journal_.info("child", {{"what", what}});
      write_description();
    };
  }

  void choose_ports() {
    for (const char* service : services)
      for (int i = 1; i <= settings_.processes; ++i) {
        Member member;
        member.service = service;
        member.name = i == 1 ? member.service : member.service + "-" + std::to_string(i);
        member.port = free_port(context_.get_executor());
        members_.push_back(std::move(member));
      }
    Member gateway;
    gateway.name = gateway.service = "gateway";
    gateway.port = settings_.port != 0 ? settings_.port : free_port(context_.get_executor());
    members_.push_back(std::move(gateway));
  }

  void start_redis() {
    redis_url_ = settings_.redis;
    if (!redis_url_.empty()) return;
    process::RedisServer::Options options;
    options.program = settings_.redis_server;
    redis_.emplace(context_.get_executor(), directory_.redis(), observer(), options);
    redis_url_ = "unix:" + (directory_.redis() / "redis.sock").string();
    process_.spawn_connection(redis_->run());
  }

  asio::awaitable<void> start_broker() {
    brokers_ = settings_.brokers;
    if (!brokers_.empty()) co_return;
    Broker::Settings broker;
    broker.directory = directory_.path / "kafka";
    broker.jars = settings_.jars;
    broker_.emplace(context_.get_executor(), std::move(broker), observer());
    brokers_ = broker_->address();
    process_.spawn_connection(broker_->run());
    co_await broker_->wait_until_up();
  }

  void start_services() {
    const fs::path programs = fs::canonical("/proc/self/exe").parent_path();
    for (Member& member : members_) {
      process::Child::Settings child;
      child.name = member.name;
      child.directory = directory_.path / "run";
      child.output = directory_.program_logs() / (member.name + ".log");
      child.longest_delay = std::chrono::seconds(1);
      child.grace = std::chrono::seconds(10);
      if (member.service == "gateway") {
        child.program = programs / "zhida";
        child.arguments = {"gateway"};
        child.environment = {
            {"ZHIDA_OPERATOR", endpoints("operator")}, {"ZHIDA_PAGE", endpoints("page")}, {"ZHIDA_EFFECT", endpoints("effect")}};
      } else {
        child.program = programs / ("zhida-" + member.service);
        child.environment = {{"ZHIDA_BROKERS", brokers_},
                             {"ZHIDA_REDIS", redis_url_},
                             {"ZHIDA_PARTITIONS", std::to_string(settings_.partitions)},
                             {"ZHIDA_REPLICATION", std::to_string(settings_.replication)},
                             {"ZHIDA_MIN_IN_SYNC", std::to_string(settings_.min_in_sync)},
                             {"ZHIDA_KEYS", directory_.keys().string()},
                             {"ZHIDA_MASTER_KEY", directory_.master_key().string()}};
      }
      child.environment.emplace_back("ZHIDA_PORT", std::to_string(member.port));
      child.environment.emplace_back("ZHIDA_LOG_LEVEL", settings_.log_level);
      member.child = std::make_unique<process::Child>(context_.get_executor(), std::move(child), observer());
      process_.spawn_connection(member.child->run());
    }
  }

  std::string endpoints(std::string_view service) const {
    std::string all;
    for (const Member& member : members_) {
      if (member.service != service) continue;
      if (!all.empty()) all += ',';
      all += "127.0.0.1:" + std::to_string(member.port);
    }
    return all;
  }

  asio::awaitable<void> stop() {
    // The gateway first: nobody is let in while the others finish. Then all side by side; what they stand on goes last.
    for (auto member = members_.rbegin(); member != members_.rend(); ++member)
      if (member->child) member->child->ask_to_stop();
    for (auto member = members_.rbegin(); member != members_.rend(); ++member)
      if (member->child) co_await member->child->stop();
    if (broker_) co_await broker_->stop();
    if (redis_) co_await redis_->stop();
    std::error_code ignored;
    fs::remove(directory_.path / "cluster.json", ignored);
  }

  void write_description() {
    if (brokers_.empty()) return;
    std::string text;
    json::Writer writer(text);
    writer.begin_object().field("brokers", brokers_).field("redis", redis_url_);
    writer.key("services").begin_object();
    for (const Member& member : members_) {
      if (!member.child || member.child->pid() == 0) continue;
      writer.key(member.name).begin_object().field("pid", member.child->pid()).field("port", member.port).end_object();
    }
    writer.end_object();
    writer.key("children").begin_object();
    if (broker_) writer.field("broker", broker_->pid());
    if (redis_) writer.field("redis", redis_->pid());
    writer.end_object().end_object();
    process::write_durably(directory_.path / "cluster.json", text + "\n");
  }

  asio::io_context& context_;
  const Settings& settings_;
  node::DataDirectory directory_;
  const observe::Log& journal_;
  std::string redis_url_, brokers_;
  std::optional<process::RedisServer> redis_;
  std::optional<Broker> broker_;
  std::vector<Member> members_;  // the gateway last
  node::Process process_;
};

}  // namespace

void add_options(CLI::App& command, Settings& settings) {
  command.add_option("--data", settings.directory, "Directory of keys, logs, and of the broker and Redis started here")->required();
  command.add_option("--port", settings.port, "HTTP port of the gateway; 0 picks a free one")->capture_default_str();
  command.add_option("--brokers", settings.brokers, "Outside Kafka: host:port, several with commas; default: a broker of our own");
  command.add_option("--redis", settings.redis, "URL of an outside Redis; default: a child of our own");
  command.add_option("--kafka-jars", settings.jars, "Directory with the jars of a Kafka broker");
  command.add_option("--redis-server", settings.redis_server, "Program of our own Redis")
      ->envname("ZHIDA_REDIS_SERVER")
      ->capture_default_str();
  command.add_option("--partitions", settings.partitions, "Partitions of the topics keyed by enterprise; fixed for ever")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command.add_option("--replication", settings.replication, "Replicas of each partition")->check(CLI::Range(1, 32))->capture_default_str();
  command.add_option("--min-in-sync", settings.min_in_sync, "Of which so many have a record before it is acknowledged")
      ->check(CLI::Range(1, 32))
      ->capture_default_str();
  command.add_option("--processes", settings.processes, "Processes of each service")->check(CLI::Range(1, 16))->capture_default_str();
  command.add_option("--log-level", settings.log_level, "debug, info, warning or error")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();
}

void serve(const Settings& given) {
  Settings settings = given;
  settings.directory = fs::absolute(settings.directory);
  const node::DataDirectory directory{settings.directory};
  if (fs::exists(directory.log()))
    throw std::runtime_error(settings.directory.string() +
                             " holds the log of a standalone system: give the cluster a directory of its own");
  fs::create_directories(directory.program_logs());
  const process::DirectoryLock lock(settings.directory);
  node::prepare(directory);

  asio::io_context context(1);
  const observe::Log journal(STDERR_FILENO, node::level_named(settings.log_level));
  Cluster cluster(context, settings, journal);
  std::exception_ptr failure;
  asio::co_spawn(context, cluster.run(), [&failure](std::exception_ptr error) { failure = error; });
  context.run();
  std::error_code ignored;
  fs::remove(directory.server(), ignored);
  if (failure) std::rethrow_exception(failure);
}

}  // namespace zhida::cluster
