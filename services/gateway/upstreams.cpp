#include "gateway/upstreams.hpp"

#include "platform/http/client.hpp"
#include "platform/http/exchange.hpp"
#include "platform/runtime/graceful_stop.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace zhida::gateway {
namespace {

namespace asio = boost::asio;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::milliseconds connect_limit{2'000};
constexpr std::chrono::milliseconds left_alone{300};
constexpr std::chrono::seconds idle_limit{30};  // below that of our servers
constexpr std::size_t most_idle = 64;

}  // namespace

std::vector<Endpoint> parse_endpoints(std::string_view text) {
  std::vector<Endpoint> endpoints;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    const std::size_t colon = one.rfind(':');
    Endpoint endpoint;
    const std::string_view port = colon == std::string_view::npos ? "" : one.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
    if (colon == 0 || port.empty() || error != std::errc() || end != port.data() + port.size() || endpoint.port == 0)
      throw std::invalid_argument("\"" + std::string(one) + "\" is not host:port");
    endpoint.host = one.substr(0, colon);
    endpoints.push_back(std::move(endpoint));
  }
  return endpoints;
}

Upstreams::Upstreams(asio::any_io_executor executor, std::string service, std::vector<Endpoint> endpoints)
    : executor_(std::move(executor)),
      service_(std::move(service)),
      endpoints_(std::move(endpoints)),
      idle_(endpoints_.size()),
      open_(endpoints_.size()),
      back_after_(endpoints_.size()),
      alive_(endpoints_.size(), false),
      unready_(endpoints_.size(), false) {}

auto Upstreams::standing_of(std::size_t endpoint) const -> Standing {
  if (Clock::now() < back_after_[endpoint]) return Standing::left_alone;
  return unready_[endpoint] ? Standing::up : Standing::ready;
}

auto Upstreams::connect(bool fresh) -> asio::awaitable<Connection> {
  Connection connection;
  const std::size_t first = next_++;
  for (const Standing standing : {Standing::ready, Standing::up, Standing::left_alone}) {
    for (std::size_t i = 0; i < endpoints_.size(); ++i) {
      const std::size_t endpoint = (first + i) % endpoints_.size();
      if (standing_of(endpoint) != standing) continue;
      connection.endpoint = endpoint;
      auto& idle = idle_[endpoint];
      std::erase_if(idle, [](const Idle& each) { return Clock::now() - each.since > idle_limit; });
      if (!fresh && !idle.empty()) {
        connection.stream = std::move(idle.back().stream);
        idle.pop_back();
        co_return connection;
      }
      connection.stream = co_await open(endpoint);
      if (connection.stream) co_return connection;
      idle.clear();
      back_after_[endpoint] = Clock::now() + left_alone;
      unready_[endpoint] = true;  // until it says otherwise: one that begins again has to catch up
    }
  }
  co_return connection;
}

asio::awaitable<std::shared_ptr<Upstreams::Stream>> Upstreams::open(std::size_t endpoint) {
  asio::ip::tcp::resolver resolver(executor_);
  const auto [unknown, addresses] =
      co_await resolver.async_resolve(endpoints_[endpoint].host, std::to_string(endpoints_[endpoint].port), as_result);
  if (unknown) co_return nullptr;
  auto stream = std::make_shared<Stream>(executor_);
  stream->expires_after(connect_limit);
  const auto [refused, reached] = co_await stream->async_connect(addresses, as_result);
  if (refused) co_return nullptr;
  boost::system::error_code ignored;
  stream->socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  std::erase_if(open_[endpoint], [](const auto& each) { return each.expired(); });
  open_[endpoint].push_back(stream);
  co_return stream;
}

void Upstreams::cut_off(std::size_t endpoint) {
  back_after_[endpoint] = Clock::time_point::max();
  idle_[endpoint].clear();
  for (const auto& each : std::exchange(open_[endpoint], {}))
    if (const auto stream = each.lock()) stream->cancel();
}

asio::awaitable<void> Upstreams::watch(std::size_t endpoint) {
  asio::steady_timer pause(executor_);
  http::Client client(executor_, endpoints_[endpoint].host, endpoints_[endpoint].port, patience);
  for (;;) {
    pause.expires_after(std::chrono::milliseconds(500));
    co_await runtime::wait_for_work(pause.async_wait(asio::use_awaitable));
    bool silent = false, alive = false;
    try {
      http::ClientRequest request(http::Verb::get, "/readyz");
      const http::ClientResponse response = co_await client.send(std::move(request));
      alive = true;
      unready_[endpoint] = response.status != http::Status::ok;
    } catch (const boost::system::system_error& error) {
      if (error.code() == asio::error::operation_aborted) throw;
      silent = error.code() == http::make_error_code(http::Error::timed_out);
      unready_[endpoint] = true;
    }
    alive_[endpoint] = alive;
    if (silent) cut_off(endpoint);
    if (alive && back_after_[endpoint] == Clock::time_point::max()) back_after_[endpoint] = {};
  }
}

void Upstreams::keep(Connection connection) {
  auto& idle = idle_[connection.endpoint];
  if (idle.size() < most_idle) idle.push_back({std::move(connection.stream), Clock::now()});
}

}  // namespace zhida::gateway
