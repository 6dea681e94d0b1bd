#include "standalone/client/verify.hpp"

#include "platform/json/document.hpp"
#include "standalone/client/api_client.hpp"

#include <fmt/format.h>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <string>

namespace zhida::standalone {

boost::asio::awaitable<void> verify_running(const TargetSystem& system) {
  ApiClient api(co_await boost::asio::this_coro::executor, system);
  http::ClientRequest request(http::Verb::post, "/effect/v1/verify");
  http::ClientResponse response = co_await api.expect("auditor", std::move(request));
  while (response.status == http::Status::accepted) {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, std::chrono::seconds(1));
    co_await timer.async_wait(boost::asio::use_awaitable);
    http::ClientRequest poll(http::Verb::get, std::string(response.headers.get("Location")));
    response = co_await api.expect("auditor", std::move(poll));
  }
  const json::Parsed outcome = json::parse(response.body);
  const json::Value* equal = outcome ? json::find(*outcome, "equal") : nullptr;
  fmt::print("{}\n", response.body);
  if (equal == nullptr || !equal->IsTrue()) throw CommandFailed("what is served differs from the log");
}

}  // namespace zhida::standalone
