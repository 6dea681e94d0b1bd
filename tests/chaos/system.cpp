#include "chaos/system.hpp"

#include "kafka/broker_process.hpp"

#include <fmt/core.h>
#include <signal.h>
#include <sys/wait.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace zhida::chaos {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto patience = 20s;

asio::awaitable<void> exchange(std::uint16_t port, http::ClientRequest request, http::ClientResponse& response) {
  http::Client client(co_await asio::this_coro::executor, "127.0.0.1", port, patience);
  response = co_await client.send(std::move(request));
}

}  // namespace

System::System(std::filesystem::path directory, std::size_t brokers) : directory_(std::move(directory)) {
  brokers_ = std::make_unique<Brokers>(directory_, brokers, [this](std::uint16_t port) { return proxy_.lead_to(port, Behind::broker); });
  redis_port_ = test::free_port();
  start_redis();
  redis_proxy_ = proxy_.lead_to(static_cast<std::uint16_t>(redis_port_), Behind::redis);
  const std::string replicas = std::to_string(brokers), in_sync = brokers > 2 ? "2" : "1";
  cluster_ = std::make_unique<test::Standalone>(
      directory_ / "cluster",
      std::vector<std::string>{"--processes", "2", "--partitions", std::to_string(partitions), "--brokers", brokers_->proxied(), "--redis",
                               fmt::format("redis://127.0.0.1:{}", redis_proxy_), "--replication", replicas, "--min-in-sync", in_sync},
      [this](pid_t pid) { proxy_.set_supervisor(pid); });
  keys_ = node::read_dev_keys(node::DataDirectory{directory_ / "cluster"});
  const auto is_ready = [this] {
    const auto answer = ask(http::Verb::get, "/readyz", "");
    return answer && answer->status == 200;
  };
  if (!test::eventually(is_ready, 120s)) throw std::runtime_error("the services do not get ready");
}

System::~System() {
  if (cluster_ && cluster_->running()) cluster_->stop();
  cluster_.reset();
  brokers_.reset();
  kill_redis();
}

std::optional<test::Answer> System::ask(http::Verb verb, const std::string& target, const std::string& role, const std::string& body,
                                        const test::HeaderList& headers) const {
  http::ClientRequest request(verb, target, body);
  if (!role.empty()) request.set("Authorization", "Bearer " + keys_.at(role));
  bool typed = body.empty();
  for (const auto& [name, value] : headers) {
    typed = typed || name == "Content-Type";
    request.set(name, value);
  }
  if (!typed) request.set("Content-Type", "application/json");

  asio::io_context context(1);
  http::ClientResponse response;
  std::exception_ptr failure;
  asio::co_spawn(context, exchange(cluster_->port(), std::move(request), response),
                 [&failure](std::exception_ptr error) { failure = error; });
  context.run();
  if (failure) return std::nullopt;

  std::optional<test::Answer> answer(std::in_place);
  answer->status = static_cast<int>(response.status);
  answer->headers = std::move(response.headers);
  answer->body = std::move(response.body);
  answer->json.Parse<rapidjson::kParseIterativeFlag>(answer->body.data(), answer->body.size());
  if (answer->json.HasParseError()) answer->json.SetNull();
  return answer;
}

pid_t System::pid_of(const std::string& service) const {
  std::ifstream stream(directory_ / "cluster" / "cluster.json");
  const std::string text(std::istreambuf_iterator<char>(stream), {});
  rapidjson::Document described;
  described.Parse(text.c_str());
  if (described.HasParseError() || !described.IsObject()) return 0;
  const rapidjson::Value& services = described["services"];
  const auto found = services.FindMember(service.c_str());
  return found == services.MemberEnd() ? 0 : found->value["pid"].GetInt();
}

void System::kill_redis() {
  if (redis_ == 0) return;
  ::kill(redis_, SIGKILL);
  ::waitpid(redis_, nullptr, 0);
  redis_ = 0;
}

void System::start_redis() {
  redis_ = test::spawn({"redis-server", "--port", std::to_string(redis_port_), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                        "--loglevel", "warning"},
                       directory_, "redis.out");
  for (int attempt = 0; attempt < 400; ++attempt) {
    try {
      return tell_redis({"PING"});
    } catch (const boost::system::system_error&) {
      std::this_thread::sleep_for(25ms);
    }
  }
  throw std::runtime_error("redis-server does not start");
}

void System::flush_redis() const { tell_redis({"FLUSHALL"}); }

void System::load_script(const std::string& source) const { tell_redis({"SCRIPT", "LOAD", source}); }

void System::tell_redis(const std::vector<std::string>& words) const {
  asio::io_context context(1);
  asio::ip::tcp::socket socket(context);
  socket.connect({asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(redis_port_)});
  std::string command = fmt::format("*{}\r\n", words.size());
  for (const std::string& word : words) command += fmt::format("${}\r\n{}\r\n", word.size(), word);
  asio::write(socket, asio::buffer(command));
  asio::streambuf answer;
  asio::read_until(socket, answer, "\r\n");
}

}  // namespace zhida::chaos
