#include "bench/system/loaded_system.hpp"

#include "bench/system/measure.hpp"
#include "flow/story.hpp"
#include "platform/redis/server_client.hpp"
#include "schemas/files.hpp"
#include "standalone/sample/generator.hpp"

#include <fmt/format.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace zhida::bench {
namespace asio = boost::asio;
namespace {

constexpr std::size_t piece_bytes = 256 * 1024;

const standalone::SampleGenerator& generator() {
  static const enterprise::IndustryTree industries = enterprise::IndustryTree::parse(schemas::file("reference/industries.csv")).value();
  static const standalone::SampleGenerator made(industries, 42);
  return made;
}

/// An upload of `text` in pieces.
asio::awaitable<void> send(std::uint16_t port, std::string key, const std::string& text, std::string& answer) {
  http::Client client(co_await asio::this_coro::executor, "127.0.0.1", port);
  http::ClientRequest request(http::Verb::post, "/operator/v1/enterprises");
  request.set("Content-Type", "application/x-ndjson").set("Authorization", "Bearer " + key);
  std::size_t sent = 0;
  http::Client::Producer producer = [&text, &sent]() -> asio::awaitable<std::string> {
    std::string piece = text.substr(sent, piece_bytes);
    sent += piece.size();
    co_return piece;
  };
  http::Client::Sink sink = [&answer](std::string_view piece) { answer += piece; };
  co_await client.upload(std::move(request), std::move(producer), std::move(sink));
}

asio::awaitable<void> connected(redis::Client& client, const std::function<asio::awaitable<void>(redis::Client&)>& work) {
  co_await client.wait_until_connected();
  co_await work(client);
}

}  // namespace

void run(std::vector<asio::awaitable<void>> work) {
  asio::io_context context(1);
  std::exception_ptr failure;
  for (asio::awaitable<void>& each : work)
    asio::co_spawn(context, std::move(each), [&](std::exception_ptr error) {
      if (!error || failure) return;
      failure = error;
      context.stop();
    });
  context.run();
  if (failure) std::rethrow_exception(failure);
}

LoadedSystem::LoadedSystem([[maybe_unused]] int processes)
#ifdef ZHIDA_TEST_CLUSTER
    : zhida_(directory_ / "data", {"--processes", std::to_string(processes)}) {
#else
    : zhida_(directory_ / "data") {
#endif
  flow::publish(zhida_, flow::settled_item);
  const test::Answer made = zhida_.put("/operator/v1/packages/pkg-bench", "operator",
                                       fmt::format(R"({{"title":"惠企礼包","kind":"gift","items":["{}"]}})", flow::settled_item));
  if (made.status >= 300) throw std::runtime_error("the package was not made: " + made.body);
}

std::string LoadedSystem::lines(std::uint64_t count) {
  std::string text;
  text.reserve(count * 3'000);
  for (std::uint64_t index = 0; index < count; ++index) generator().append_line(index, text);
  return text;
}

Upload LoadedSystem::load(const std::string& lines, std::uint64_t count) {
  std::string answer;
  const Clock::time_point start = Clock::now();
  run_all(send(zhida_.port(), key("data_centre"), lines, answer));
  Upload upload;
  upload.seconds = seconds_since(start);
  upload.bytes = lines.size();
  const rapidjson::Document last = flow::last_line(answer);
  if (!last.HasMember("durable") || last["durable"].GetUint64() != count) throw std::runtime_error("not everything was taken: " + answer);
  return upload;
}

std::string LoadedSystem::approved(const std::string& audience, const std::string& lane) {
  const std::string body =
      fmt::format(R"({{"title":"bench","content":{{"title":"减半征收","body":"您可享受六税两费减半"}},"package":"pkg-bench",)"
                  R"("audience":{},"lane":"{}","channels":["page"],"valid_until":"2035-12-31"}})",
                  audience, lane);
  return flow::approved_campaign(zhida_, body);
}

void LoadedSystem::launch(const std::string& campaign) {
  const test::Answer answer = zhida_.post("/operator/v1/campaigns/" + campaign + "/launch", "operator");
  if (answer.status != 200) throw std::runtime_error("the campaign was not launched: " + answer.body);
}

void LoadedSystem::launch_and_wait(const std::string& campaign, std::uint64_t audience) {
  launch(campaign);
  wait_until_delivered(campaign, audience);
}

void LoadedSystem::wait_until_delivered(const std::string& campaign, std::uint64_t audience) const {
  const auto delivered = [&] {
    const test::Answer answer = zhida_.get("/operator/v1/campaigns/" + campaign, "operator");
    const rapidjson::Value& number = answer.at("progress", "by_state", "delivered");
    return number.IsUint64() && number.GetUint64() == audience;
  };
  if (!test::eventually(delivered, std::chrono::minutes(5))) throw std::runtime_error("the campaign was not delivered to everybody");
}

std::string LoadedSystem::uscc(std::uint64_t index) { return std::string(generator().uscc(index).text()); }

http::ClientRequest LoadedSystem::inbox_of(std::uint64_t index, const std::string& key) {
  http::ClientRequest request(http::Verb::get, "/page/v1/enterprises/" + uscc(index) + "/inbox");
  request.set("Authorization", "Bearer " + key);
  return request;
}

std::optional<rapidjson::Document> LoadedSystem::cluster() const {
  std::ifstream stream(directory_ / "data" / "cluster.json");
  if (!stream) return std::nullopt;
  std::ostringstream content;
  content << stream.rdbuf();
  std::optional<rapidjson::Document> described(std::in_place);
  described->Parse(content.str().c_str());
  return described;
}

std::map<std::string, pid_t> LoadedSystem::processes() const {
  const auto described = cluster();
  if (!described) return {{"zhida", zhida_.pid()}};
  std::map<std::string, pid_t> found;
  for (const auto& service : (*described)["services"].GetObject()) found[service.name.GetString()] = service.value["pid"].GetInt();
  for (const auto& child : (*described)["children"].GetObject()) found[child.name.GetString()] = child.value.GetInt();
  return found;
}

LoadedSystem::Server LoadedSystem::server_of(const std::string& service) const {
  const auto described = cluster();
  if (!described) return {zhida_.port(), zhida_.pid()};
  const auto& process = (*described)["services"][service.c_str()];
  return {static_cast<std::uint16_t>(process["port"].GetUint()), process["pid"].GetInt()};
}

void LoadedSystem::with_redis(const std::function<asio::awaitable<void>(redis::Client&)>& work) const {
  asio::io_context context(1);
  redis::Address address;
  address.socket = redis_socket();
  redis::ServerClient client(context.get_executor(), address);
  asio::cancellation_signal stop;
  std::exception_ptr failure;
  asio::co_spawn(context, client.run(), asio::bind_cancellation_slot(stop.slot(), asio::detached));
  asio::co_spawn(context, connected(client, work), [&](std::exception_ptr error) {
    failure = error;
    stop.emit(asio::cancellation_type::terminal);
  });
  context.run();
  if (failure) std::rethrow_exception(failure);
}

double LoadedSystem::redis_mb() const {
  std::string info;
  with_redis([&info](redis::Client& client) -> asio::awaitable<void> {
    const auto reply = co_await client.command("INFO", "memory");
    if (reply) info = reply->text;
  });
  const std::string_view name = "used_memory:";
  const std::size_t at = info.find(name);
  return at == std::string::npos ? 0 : std::strtod(info.c_str() + at + name.size(), nullptr) / 1e6;
}

}  // namespace zhida::bench
