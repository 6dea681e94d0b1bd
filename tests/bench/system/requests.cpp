#include "bench/system/requests.hpp"

#include "bench/system/loaded_system.hpp"

#include <boost/asio/this_coro.hpp>

#include <stdexcept>
#include <utility>
#include <vector>

namespace zhida::bench {
namespace asio = boost::asio;
namespace {

struct Drive {
  std::uint16_t port;
  std::size_t requests;
  std::function<http::ClientRequest(std::uint64_t)> make;
  http::Status expected;
  Durations durations;
  std::size_t begun = 0;
};

asio::awaitable<void> one_connection(Drive& drive) {
  http::Client client(co_await asio::this_coro::executor, "127.0.0.1", drive.port);
  while (drive.begun < drive.requests) {
    http::ClientRequest request = drive.make(drive.begun++);
    const Clock::time_point start = Clock::now();
    const http::ClientResponse response = co_await client.send(std::move(request));
    drive.durations.add(seconds_since(start));
    if (response.status != drive.expected) throw std::runtime_error("an unexpected answer: " + response.body);
  }
}

}  // namespace

Round drive(std::uint16_t port, std::size_t requests, std::size_t connections, std::function<http::ClientRequest(std::uint64_t)> make,
            http::Status expected) {
  Drive drive{port, requests, std::move(make), expected, {}};
  std::vector<asio::awaitable<void>> work;
  for (std::size_t i = 0; i < connections; ++i) work.push_back(one_connection(drive));
  const Clock::time_point start = Clock::now();
  run(std::move(work));
  Round round;
  round.per_second = static_cast<double>(requests) / seconds_since(start);
  round.durations = std::move(drive.durations);
  return round;
}

}  // namespace zhida::bench
