#include "platform/runtime/background.hpp"

#include "support/run_coroutine.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <memory>
#include <string>

namespace zhida::runtime {
namespace {

namespace asio = boost::asio;
using Socket = asio::local::stream_protocol::socket;

/// Does slices of work, each of which makes a request arrive.
asio::awaitable<void> work(Socket& client, std::string& order, int slices, int& running) {
  for (int slice = 0; slice < slices; ++slice) {
    co_await background_turn();
    order += 'w';
    asio::write(client, asio::buffer("x", 1));
  }
  --running;
}

asio::awaitable<void> serve(Socket& server, std::string& order) {
  char byte = 0;
  for (;;) {
    co_await asio::async_read(server, asio::buffer(&byte, 1), asio::use_awaitable);
    order += 's';
  }
}

TEST(Background, WhateverElseIsReadyRunsBetweenTwoSlices) {
  asio::io_context io{1};
  Socket client(io), server(io);
  asio::local::connect_pair(client, server);
  std::string order;
  int running = 5;
  const auto body = [&]() -> asio::awaitable<void> {
    for (int i = 0; i < 5; ++i) asio::co_spawn(io, work(client, order, 20, running), asio::detached);
    asio::co_spawn(io, serve(server, order), asio::detached);
    while (running > 0) co_await background_turn();
  };
  test::run_coroutine(io, body());
  EXPECT_EQ(order.find("www"), std::string::npos) << order;
}

TEST(Background, AllGetTheirTurnsInTheirOrder) {
  asio::io_context io{1};
  std::string order;
  const auto take = [&order](char name) -> asio::awaitable<void> {
    for (int i = 0; i < 3; ++i) {
      co_await background_turn();
      order += name;
    }
  };
  for (const char name : {'a', 'b', 'c'}) asio::co_spawn(io, take(name), asio::detached);
  io.run();
  EXPECT_EQ(order, "abcabcabc");
}

TEST(Background, AContextThatEndsTakesThoseWhoWaitWithIt) {
  std::string order;
  auto io = std::make_unique<asio::io_context>(1);
  const auto take = [&order]() -> asio::awaitable<void> {
    for (;;) {
      co_await background_turn();
      order += 'x';
    }
  };
  for (int i = 0; i < 3; ++i) asio::co_spawn(*io, take(), asio::detached);
  for (int i = 0; i < 20; ++i) io->run_one();
  io.reset();
  EXPECT_FALSE(order.empty());
}

}  // namespace
}  // namespace zhida::runtime
