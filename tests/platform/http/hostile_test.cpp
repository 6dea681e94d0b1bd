#include "platform/http/server_fixture.hpp"

#include <zlib.h>

namespace zhida::http {
namespace {

std::string gzip(std::string_view plain, int window = 15 + 16) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, window, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&stream, plain.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

class HostileInput : public ServerTest {
 protected:
  HostileInput() {
    router.add(Verb::post, "/echo", open_route("echo"), [](Request& request) -> asio::awaitable<Response> { co_return ok(request.body); });
    router.add(Verb::get, "/ping", open_route("ping"), [](Request&) -> asio::awaitable<Response> { co_return ok("1"); });
  }

  asio::awaitable<void> expect(std::string bytes, std::string line, std::chrono::milliseconds limit = 3s) {
    const std::string begin = bytes.substr(0, 60);
    const std::string answer = co_await raw(std::move(bytes), limit);
    EXPECT_EQ(status_line(answer), line) << begin;
    EXPECT_EQ(count_of(answer, "\r\nDate: "), line.empty() ? 0U : 1U) << begin;
    const std::string after = co_await raw("GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(status_line(after), "HTTP/1.1 200 OK") << "the server goes on after " << begin;
  }

  static std::string post(std::string_view body, std::string_view headers = "") {
    std::string text("POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
    text.append(headers).append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n").append(body);
    return text;
  }
};

TEST_F(HostileInput, IsAnsweredWith400WhereItIsNoHttp) {
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    const std::string bad = "HTTP/1.1 400 Bad Request";
    co_await expect("hello\r\n\r\n", bad);
    co_await expect("GET /ping HTTP/9.9\r\n\r\n", bad);
    co_await expect("GET /ping HTTP/1.1\r\nConnection: close\r\n\r\n", bad);
    co_await expect("GET /ping HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n", bad);
    co_await expect("GET /ping HTTP/1.1\r\nHost: x\r\nBad Name: 1\r\n\r\n", bad);
    co_await expect("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", bad);
    co_await expect("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", bad);
    co_await expect("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", bad);
    co_await expect("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n", bad);
    co_await expect("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXX0\r\n\r\n", bad);
    co_await expect(std::string("\0\1\2\3\r\n\r\n", 8), bad);
    co_await expect("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\nhello", "HTTP/1.1 501 Not Implemented");
  };
  run(body());
}

TEST_F(HostileInput, CannotSmuggleHeadersInATrailer) {
  router.add(Verb::post, "/header", open_route("header"),
             [](Request& request) -> asio::awaitable<Response> { co_return ok("[" + std::string(request.header("Authorization")) + "]"); });
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    const std::string answer = co_await raw(
        "POST /header HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nAuthorization: Bearer "
        "a\r\n\r\n");
    EXPECT_TRUE(answer.ends_with("[]")) << answer;
  };
  run(body());
}

TEST_F(HostileInput, OfGiantHeadersIsRefusedWith431) {
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    const std::string large = "HTTP/1.1 431 Request Header Fields Too Large";
    co_await expect("GET /ping HTTP/1.1\r\nHost: x\r\nA: " + std::string(20'000, 'a') + "\r\n\r\n", large);
    co_await expect("GET /" + std::string(40'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", large);
    std::string many = "GET /ping HTTP/1.1\r\nHost: x\r\n";
    for (int i = 0; i < 3000; ++i) many += "X-" + std::to_string(i) + ": 0123456789\r\n";
    co_await expect(many + "\r\n", large);
    std::string fields = "GET /ping HTTP/1.1\r\nHost: x\r\n";
    for (int i = 0; i < 300; ++i) fields += "X-" + std::to_string(i) + ": 1\r\n";
    co_await expect(fields + "\r\n", large);
  };
  run(body());
}

TEST_F(HostileInput, ThatComesTooSlowlyIsHungUpOn) {
  options.limits.header = 200ms;
  options.limits.idle = 300ms;
  options.limits.transfer = 250ms;
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    const auto start = std::chrono::steady_clock::now();
    co_await expect("GET /ping HTTP/1.1\r\nHos", "HTTP/1.1 408 Request Timeout", 5s);
    co_await expect("", "", 5s);
    co_await expect("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhal", "HTTP/1.1 408 Request Timeout", 6s);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 8s);
  };
  run(body());
}

TEST_F(HostileInput, OfTenMegabytesIsRefusedWith413AndReachesTheClient) {
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    co_await expect(post(std::string(10'000'000, 'x')), "HTTP/1.1 413 Content Too Large", 10s);
    std::string chunked = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 100; ++i) chunked += "186a0\r\n" + std::string(100'000, 'x') + "\r\n";
    co_await expect(chunked + "0\r\n\r\n", "HTTP/1.1 413 Content Too Large", 10s);
    Client one = client();
    ClientRequest large(Verb::post, "/echo", std::string(10'000'000, 'x'));
    const ClientResponse response = co_await one.send(std::move(large));
    EXPECT_EQ(response.status, Status::content_too_large);
  };
  run(body());
}

TEST_F(HostileInput, ThatIsCompressedIsUnpackedWithinTheLimit) {
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    std::string answer = co_await raw(post(gzip("hello "), "Content-Encoding: gzip\r\n"));
    EXPECT_TRUE(answer.ends_with("\r\nhello "));
    answer = co_await raw(post(gzip("hello ") + gzip("world"), "Content-Encoding: gzip\r\n"));
    EXPECT_TRUE(answer.ends_with("\r\nhello world")) << "two members";
    answer = co_await raw(post(gzip("hello", 15), "Content-Encoding: deflate\r\n"));
    EXPECT_TRUE(answer.ends_with("\r\nhello"));
    const std::string bomb = gzip(std::string(50'000'000, '\0'));
    EXPECT_LT(bomb.size(), 100'000U);
    co_await expect(post(bomb, "Content-Encoding: gzip\r\n"), "HTTP/1.1 413 Content Too Large");
    const std::string packed = gzip(std::string(1000, 'x') + "tail");
    co_await expect(post(packed.substr(0, packed.size() - 5), "Content-Encoding: gzip\r\n"), "HTTP/1.1 400 Bad Request");
    co_await expect(post("not gzip", "Content-Encoding: gzip\r\n"), "HTTP/1.1 400 Bad Request");
    co_await expect(post("x", "Content-Encoding: br\r\n"), "HTTP/1.1 415 Unsupported Media Type");
  };
  run(body());
}

TEST_F(HostileInput, BeyondTheConnectionLimitIsToldToComeBack) {
  options.limits.connections = 2;
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    {
      Client first = client(), second = client();
      for (Client* one : {&first, &second}) {
        ClientRequest ping(Verb::get, "/ping");
        co_await one->send(std::move(ping));
      }
      const std::string answer = co_await raw("GET /ping HTTP/1.1\r\nHost: x\r\n\r\n");
      EXPECT_EQ(status_line(answer), "HTTP/1.1 503 Service Unavailable");
      EXPECT_NE(answer.find("Retry-After: 1\r\n"), std::string::npos);
    }
    co_await sleep(100ms);
    co_await expect("GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 200 OK");
  };
  run(body());
}

TEST_F(HostileInput, ContinuesOnlyWhoMayContinue) {
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    asio::ip::tcp::socket socket = co_await connect();
    const std::string head = "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 5\r\n\r\n";
    co_await asio::async_write(socket, asio::buffer(head), asio::use_awaitable);
    std::string interim(25, '\0');
    co_await asio::async_read(socket, asio::buffer(interim), asio::use_awaitable);
    EXPECT_EQ(interim, "HTTP/1.1 100 Continue\r\n\r\n");
    const std::string text = "hello";
    co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
    std::string answer;
    co_await asio::async_read(socket, asio::dynamic_buffer(answer), asio::as_tuple(asio::use_awaitable));
    EXPECT_TRUE(answer.ends_with("hello"));
    const std::string refused = co_await raw("POST /nowhere HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    EXPECT_EQ(status_line(refused), "HTTP/1.1 404 Not Found");
  };
  run(body());
}

TEST_F(HostileInput, OfRandomBytesNeverEndsTheServer) {
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    std::uint64_t state = 88172645463325252ULL;
    const std::string valid = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    for (int round = 0; round < 150; ++round) {
      std::string bytes = valid;
      for (int change = 0; change < 3; ++change) {
        state ^= state << 13U, state ^= state >> 7U, state ^= state << 17U;
        bytes[state % bytes.size()] = static_cast<char>(state >> 32U);
      }
      co_await raw(bytes.substr(0, state % 7 == 0 ? state % bytes.size() : bytes.size()), 10ms);
    }
    co_await expect("GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 200 OK");
  };
  run(body());
}

}  // namespace
}  // namespace zhida::http
