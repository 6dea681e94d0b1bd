#include "standalone/client/api_client.hpp"

#include "platform/json/document.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <charconv>
#include <optional>
#include <utility>

namespace zhida::standalone {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds longest_wait{60};

/// Nothing while no program serves the directory.
std::optional<Address> address_of(const TargetSystem& system) {
  if (system.server.empty()) {
    const auto server = read_server(system.directory);
    return server ? std::optional(Address{"127.0.0.1", server->port}) : std::nullopt;
  }
  const std::size_t colon = system.server.rfind(':');
  Address address{system.server.substr(0, colon)};
  const char* const end = system.server.data() + system.server.size();
  const char* const begin = colon == std::string::npos ? end : system.server.data() + colon + 1;
  const auto [read_to, error] = std::from_chars(begin, end, address.port);
  if (address.host.empty() || error != std::errc() || read_to != end || address.port == 0)
    throw CommandFailed("\"" + system.server + "\" is not host:port");
  return address;
}

Address reached_address(const TargetSystem& system) {
  const auto address = address_of(system);
  if (!address) throw CommandFailed("nothing serves " + system.directory.path.string() + ": start it with ./run or `zhida serve`");
  return *address;
}

asio::awaitable<void> sleep(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<bool> is_ready(const Address& server) {
  http::Client client(co_await asio::this_coro::executor, server.host, server.port, std::chrono::seconds(5));
  try {
    http::ClientRequest request(http::Verb::get, "/readyz");
    const http::ClientResponse response = co_await client.send(std::move(request));
    co_return response.status == http::Status::ok;
  } catch (const boost::system::system_error&) {
    co_return false;
  }
}

}  // namespace

ApiClient::ApiClient(asio::any_io_executor executor, const TargetSystem& system)
    : keys_(read_dev_keys(system.directory)),
      address_(reached_address(system)),
      client_(std::move(executor), address_.host, address_.port, std::chrono::seconds(120)) {}

std::string ApiClient::authorization(std::string_view role) const {
  const auto key = keys_.find(std::string(role));
  if (key == keys_.end()) throw CommandFailed("dev-keys.json has no key named " + std::string(role));
  return "Bearer " + key->second;
}

asio::awaitable<http::ClientResponse> ApiClient::send(std::string_view role, http::ClientRequest request) {
  request.set("Authorization", authorization(role));
  const auto deadline = Clock::now() + longest_wait;
  for (;;) {
    http::ClientRequest attempt = request;
    http::ClientResponse response = co_await client_.send(std::move(attempt));
    if (response.status != http::Status::unavailable || Clock::now() > deadline) co_return response;
    co_await sleep(std::chrono::milliseconds(250));
  }
}

asio::awaitable<http::ClientResponse> ApiClient::expect(std::string_view role, http::ClientRequest request) {
  const std::string target = request.target;
  http::ClientResponse response = co_await send(role, std::move(request));
  const int status = static_cast<int>(response.status);
  if (status >= 400) throw CommandFailed(target + " answered " + std::to_string(status) + ": " + sentence_of(response));
  co_return response;
}

asio::awaitable<void> wait_until_ready(const TargetSystem& system, std::chrono::seconds limit) {
  const auto deadline = Clock::now() + limit;
  while (Clock::now() < deadline) {
    const auto address = address_of(system);
    if (address) {
      const bool ready = co_await is_ready(*address);
      if (ready) co_return;
    }
    co_await sleep(std::chrono::milliseconds(50));
  }
  throw CommandFailed("not ready within " + std::to_string(limit.count()) + " s: see " +
                      (system.server.empty() ? (system.directory.path / "zhida.log").string() : system.server + "/readyz"));
}

std::string sentence_of(const http::ClientResponse& response) {
  const json::Parsed problem = json::parse(response.body);
  if (!problem) return response.body;
  const json::Value* detail = json::find(*problem, "detail");
  if (detail == nullptr || !detail->IsString()) return response.body;
  std::string sentence(json::text_of(*detail));
  const json::Value* errors = json::find(*problem, "errors");
  if (errors == nullptr || !errors->IsArray()) return sentence;
  for (const json::Value& error : errors->GetArray()) {
    const json::Value* pointer = json::find(error, "pointer");
    const json::Value* text = json::find(error, "detail");
    if (pointer == nullptr || text == nullptr || !pointer->IsString() || !text->IsString()) continue;
    sentence.append("\n  ").append(json::text_of(*pointer)).append(": ").append(json::text_of(*text));
  }
  return sentence;
}

}  // namespace zhida::standalone
