#include "standalone/client/health.hpp"

#include "platform/http/client.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <utility>

namespace zhida::standalone {

boost::asio::awaitable<void> check_health(Address process, std::string path) {
  const std::string url = process.url() + path;
  http::Client client(co_await boost::asio::this_coro::executor, process.host, process.port, std::chrono::seconds(5));
  http::ClientResponse response;
  try {
    http::ClientRequest request(http::Verb::get, std::move(path));
    response = co_await client.send(std::move(request));
  } catch (const boost::system::system_error& error) {
    throw CommandFailed(url + ": " + error.code().message());
  }
  if (response.status != http::Status::ok)
    throw CommandFailed(url + " answered " + std::to_string(static_cast<int>(response.status)) + ": " + response.body);
}

}  // namespace zhida::standalone
