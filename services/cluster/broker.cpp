#include "cluster/broker.hpp"

#include "platform/auth/encoding.hpp"
#include "platform/auth/random.hpp"

#include <fmt/core.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>
#include <vector>

namespace zhida::cluster {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

/// The program itself, not a link to it: what runs is recognised by it later.
fs::path java() {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "/usr/local/bin:/usr/bin" : path);
  for (std::string folder; std::getline(folders, folder, ':');)
    if (fs::exists(fs::path(folder) / "java")) return fs::canonical(fs::path(folder) / "java");
  throw std::runtime_error("there is no java; Debian: openjdk-17-jre-headless");
}

std::vector<std::string> arguments(const Broker::Settings& settings, std::string program, std::vector<std::string> more) {
  std::vector<std::string> words = {
      "-Xmx" + settings.heap, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", (fs::absolute(settings.jars) / "*").string(),
      std::move(program)};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

void write_properties(const fs::path& file, const fs::path& data, std::uint16_t port, std::uint16_t controller) {
  std::ofstream out(file, std::ios::trunc);
  out << fmt::format(
      "process.roles=broker,controller\nnode.id=1\ncontroller.quorum.voters=1@127.0.0.1:{1}\n"
      "listeners=PLAINTEXT://127.0.0.1:{0},CONTROLLER://127.0.0.1:{1}\nadvertised.listeners=PLAINTEXT://127.0.0.1:{0}\n"
      "controller.listener.names=CONTROLLER\ninter.broker.listener.name=PLAINTEXT\nlog.dirs={2}\n"
      "offsets.topic.replication.factor=1\noffsets.topic.num.partitions=4\ntransaction.state.log.replication.factor=1\n"
      "transaction.state.log.min.isr=1\ngroup.initial.rebalance.delay.ms=0\nauto.create.topics.enable=false\n"
      "message.max.bytes=20000000\nreplica.fetch.max.bytes=20000000\n",
      port, controller, data.string());
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

void format_storage(const Broker::Settings& settings, const fs::path& program, const fs::path& properties) {
  // Kafka's ids are 16 random bytes in base64url; its tool takes one that begins with a hyphen for an option.
  std::string id = "-";
  while (id.starts_with('-')) id = auth::base64url(auth::random_bytes(16));
  std::vector<std::string> words = arguments(settings, "kafka.tools.StorageTool", {"format", "-t", id, "-c", properties.string()});
  std::string command = "'" + program.string() + "'";
  for (const std::string& word : words) command += " '" + word + "'";
  command += " >>'" + (settings.directory / "broker.log").string() + "' 2>&1";
  if (std::system(command.c_str()) != 0)
    throw std::runtime_error("the broker's storage could not be formatted; see " + (settings.directory / "broker.log").string());
}

}  // namespace

std::uint16_t free_port(const asio::any_io_executor& executor) {
  asio::ip::tcp::acceptor any(executor, {asio::ip::address_v4::loopback(), 0});
  return any.local_endpoint().port();
}

Broker::Broker(asio::any_io_executor executor, Settings settings, process::Child::Observer observer) : executor_(std::move(executor)) {
  settings.directory = fs::absolute(settings.directory);
  if (!fs::is_directory(settings.jars)) throw std::runtime_error("there are no jars of a Kafka broker in " + settings.jars.string());
  fs::create_directories(settings.directory);
  process::Child::Settings child;
  child.name = "broker";
  child.program = java();
  child.directory = settings.directory;
  child.output = settings.directory / "broker.log";
  const fs::path properties = settings.directory / "broker.properties";
  child.arguments = arguments(settings, "kafka.Kafka", {properties.string()});
  child_ = std::make_unique<process::Child>(executor_, std::move(child), std::move(observer));  // ends one of an earlier life

  port_ = free_port(executor_);
  write_properties(properties, settings.directory / "data", port_, free_port(executor_));
  if (!fs::exists(settings.directory / "data" / "meta.properties")) format_storage(settings, java(), properties);
}

asio::awaitable<void> Broker::wait_until_up() {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  asio::steady_timer pause(executor_);
  for (;;) {
    asio::ip::tcp::socket socket(executor_);
    const auto [error] = co_await socket.async_connect({asio::ip::address_v4::loopback(), port_}, asio::as_tuple(asio::use_awaitable));
    if (!error) co_return;
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("the broker did not start; see broker.log");
    pause.expires_after(std::chrono::milliseconds(100));
    co_await pause.async_wait(asio::use_awaitable);
  }
}

}  // namespace zhida::cluster
