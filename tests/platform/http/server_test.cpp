#include "platform/auth/encoding.hpp"
#include "platform/auth/key_ring.hpp"
#include "platform/auth/random.hpp"
#include "platform/http/conditional.hpp"
#include "platform/http/server_fixture.hpp"
#include "platform/observe/log.hpp"
#include "platform/observe/metrics.hpp"

#include <unistd.h>

#include <array>
#include <filesystem>
#include <stdexcept>

namespace zhida::http {
namespace {

class HttpServer : public ServerTest {
 protected:
  HttpServer() {
    router.add(Verb::get, "/ping", open_route("ping"), [](Request&) -> asio::awaitable<Response> { co_return ok(R"("pong")"); });
    router.add(Verb::get, "/things/{id}", open_route("thing"), [](Request& request) -> asio::awaitable<Response> {
      co_return ok(request.param("id") + "|" + std::string(request.query_or("q", "-")));
    });
    router.add(Verb::put, "/things/{id}", open_route("thing_put"), [](Request& request) -> asio::awaitable<Response> {
      require_content_type(request, "application/json");
      require_match(request, etag(7));
      co_return ok(request.body);
    });
    router.add(Verb::post, "/echo", open_route("echo"), [](Request& request) -> asio::awaitable<Response> { co_return ok(request.body); });
    router.add(Verb::get, "/throws", open_route("throws"), [](Request&) -> asio::awaitable<Response> {
      throw std::runtime_error("secret");
      co_return Response();
    });
    router.add(Verb::get, "/refuses", open_route("refuses"), [](Request&) -> asio::awaitable<Response> {
      throw Refused(problems::conflict("It runs.", "正在运行。", "running"));
      co_return Response();
    });
    router.add(Verb::get, "/trace", open_route("trace"),
               [](Request& request) -> asio::awaitable<Response> { co_return ok(request.trace.traceparent()); });
    router.add(Verb::get, "/slow", open_route("slow"), [this](Request&) -> asio::awaitable<Response> {
      co_await sleep(300ms);
      co_return ok(R"("done")");
    });
    router.add(Verb::get, "/mine", RouteInfo("mine", Access::roles({auth::Role::page})),
               [](Request& request) -> asio::awaitable<Response> { co_return ok(request.principal->bureau); });
  }
};

TEST_F(HttpServer, AnswersOnAKeptConnectionWithParametersDecoded) {
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    Client one = client();
    for (int i = 0; i < 3; ++i) {
      ClientRequest request(Verb::get, "/things/a%2Fb%20%E4%BC%81?q=x%26y+z&q=2");
      const ClientResponse response = co_await one.send(std::move(request));
      EXPECT_EQ(response.status, Status::ok);
      EXPECT_EQ(response.body, "a/b 企|x&y z");
      EXPECT_EQ(response.headers.get("Content-Type"), "application/json");
      EXPECT_EQ(response.headers.get("Cache-Control"), "no-store");
      EXPECT_EQ(response.headers.get("X-Content-Type-Options"), "nosniff");
      EXPECT_TRUE(response.headers.get("Date").ends_with("GMT"));
    }
    EXPECT_EQ(sessions.size(), 3U) << "listener, sweeper and one session";
  };
  run(body());
}

TEST_F(HttpServer, SaysWhatIsWrongWithAnAddressOrAVerb) {
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    Client one = client();
    ClientRequest unknown(Verb::get, "/nowhere");
    ClientResponse response = co_await one.send(std::move(unknown));
    EXPECT_EQ(response.status, Status::not_found);
    EXPECT_EQ(response.headers.get("Content-Type"), "application/problem+json");
    EXPECT_NE(response.body.find("urn:zhida:problem:not-found"), std::string::npos);
    EXPECT_NE(response.body.find("\"detail_zh\""), std::string::npos);

    ClientRequest wrong(Verb::delete_, "/things/1");
    response = co_await one.send(std::move(wrong));
    EXPECT_EQ(response.status, Status::method_not_allowed);
    EXPECT_EQ(response.headers.get("Allow"), "GET, HEAD, PUT");

    for (const char* target : {"/things/%zz", "/things/%ff", "/things/1?q=%4", "/things/%00"}) {
      ClientRequest broken(Verb::get, target);
      response = co_await one.send(std::move(broken));
      EXPECT_EQ(response.status, Status::bad_request) << target;
    }
    for (const char* target : {"/things/", "/things", "/things/1/", "//things/1", "/"}) {
      ClientRequest missing(Verb::get, target);
      response = co_await one.send(std::move(missing));
      EXPECT_EQ(response.status, Status::not_found) << target;
    }
  };
  run(body());
}

TEST_F(HttpServer, TurnsAThrownProblemIntoItsAnswerAndAnythingElseIntoASilent500) {
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    Client one = client();
    ClientRequest refused(Verb::get, "/refuses");
    ClientResponse response = co_await one.send(std::move(refused));
    EXPECT_EQ(response.status, Status::conflict);
    EXPECT_NE(response.body.find(R"("state":"running")"), std::string::npos);
    ClientRequest thrown(Verb::get, "/throws");
    response = co_await one.send(std::move(thrown));
    EXPECT_EQ(response.status, Status::internal_error);
    EXPECT_EQ(response.body.find("secret"), std::string::npos);
    ClientRequest next(Verb::get, "/ping");
    response = co_await one.send(std::move(next));
    EXPECT_EQ(response.body, R"("pong")");
  };
  run(body());
}

TEST_F(HttpServer, AnswersHeadWithoutABody) {
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    const std::string answer = co_await raw("HEAD /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(status_line(answer), "HTTP/1.1 200 OK");
    EXPECT_NE(answer.find("Content-Length: 6\r\n"), std::string::npos);
    EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
  };
  run(body());
}

TEST_F(HttpServer, AnswersPipelinedRequestsInOrder) {
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    std::string many;
    for (int i = 0; i < 500; ++i) many += "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n" + std::to_string(1000 + i);
    many += "GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    const std::string answers = co_await raw(many);
    EXPECT_EQ(count_of(answers, "HTTP/1.1 200 OK"), 501U);
    EXPECT_LT(answers.find("\r\n1000"), answers.find("\r\n1499"));
    EXPECT_TRUE(answers.ends_with(R"("pong")"));
  };
  run(body());
}

TEST_F(HttpServer, JoinsTheCallersTrace) {
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    Client one = client();
    ClientRequest request(Verb::get, "/trace");
    request.set("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    const ClientResponse response = co_await one.send(std::move(request));
    EXPECT_EQ(response.headers.get("traceparent"), response.body);
    EXPECT_TRUE(response.body.starts_with("00-0af7651916cd43dd8448eb211c80319c-"));
  };
  run(body());
}

TEST_F(HttpServer, ChecksKeysAndRoles) {
  const auto file = std::filesystem::temp_directory_path() / ("zhida-http-keys-" + auth::hex(auth::random_bytes(8)));
  auth::KeyRing keys(file);
  const std::string page = keys.add(auth::Role::page, "qfb"), analyst = keys.add(auth::Role::analyst, "qfb");
  options.authorise = bearer_keys(keys);
  begin();
  const auto ask = [&](std::string header) -> asio::awaitable<ClientResponse> {
    Client one = client();
    ClientRequest request(Verb::get, "/mine");
    if (!header.empty()) request.set("Authorization", header);
    co_return co_await one.send(std::move(request));
  };
  const auto body = [&]() -> asio::awaitable<void> {
    ClientResponse response = co_await ask("");
    EXPECT_EQ(response.status, Status::unauthorised);
    EXPECT_TRUE(response.headers.get("WWW-Authenticate").starts_with("Bearer"));
    response = co_await ask("Bearer zk_wrong");
    EXPECT_EQ(response.status, Status::unauthorised);
    response = co_await ask("Basic " + page);
    EXPECT_EQ(response.status, Status::unauthorised);
    response = co_await ask("Bearer " + analyst);
    EXPECT_EQ(response.status, Status::forbidden);
    response = co_await ask("bearer " + page);
    EXPECT_EQ(response.status, Status::ok);
    EXPECT_EQ(response.body, "qfb");
  };
  run(body());
  std::filesystem::remove(file);
}

TEST_F(HttpServer, DemandsContentTypeAndIfMatchWhereTheRouteDoes) {
  begin();
  const auto put = [&](std::string type, std::string match) -> asio::awaitable<ClientResponse> {
    Client one = client();
    ClientRequest request(Verb::put, "/things/1", "{}");
    if (!type.empty()) request.set("Content-Type", type);
    if (!match.empty()) request.set("If-Match", match);
    co_return co_await one.send(std::move(request));
  };
  const auto body = [&]() -> asio::awaitable<void> {
    ClientResponse response = co_await put("text/plain", "\"7\"");
    EXPECT_EQ(response.status, Status::unsupported_media_type);
    response = co_await put("application/json; charset=gbk", "\"7\"");
    EXPECT_EQ(response.status, Status::unsupported_media_type);
    response = co_await put("application/json", "");
    EXPECT_EQ(response.status, Status::precondition_required);
    response = co_await put("application/json", "\"6\"");
    EXPECT_EQ(response.status, Status::precondition_failed);
    EXPECT_EQ(response.headers.get("ETag"), "\"7\"");
    response = co_await put("Application/JSON; charset=UTF-8", "\"6\", \"7\"");
    EXPECT_EQ(response.status, Status::ok);
  };
  run(body());
}

TEST_F(HttpServer, FinishesRequestsButNotIdleConnectionsWhenDraining) {
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    Client idle = client();
    ClientRequest ping(Verb::get, "/ping");
    co_await idle.send(std::move(ping));
    asio::ip::tcp::socket busy = co_await connect();
    const std::string request = "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n";
    co_await asio::async_write(busy, asio::buffer(request), asio::use_awaitable);
    co_await sleep(50ms);

    const auto start = std::chrono::steady_clock::now();
    co_await runtime::drain(sessions, 5s);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 1s);

    std::string answer;
    co_await asio::async_read(busy, asio::dynamic_buffer(answer), asio::as_tuple(asio::use_awaitable));
    EXPECT_TRUE(answer.ends_with(R"("done")"));
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  };
  run(body());
}

TEST_F(HttpServer, CutsOffHandlersThatOutlastTheGrace) {
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    asio::ip::tcp::socket busy = co_await connect();
    const std::string request = "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n";
    co_await asio::async_write(busy, asio::buffer(request), asio::use_awaitable);
    co_await sleep(50ms);
    co_await runtime::drain(sessions, 50ms);
    std::string answer;
    co_await asio::async_read(busy, asio::dynamic_buffer(answer), asio::as_tuple(asio::use_awaitable));
    EXPECT_EQ(answer, "");
  };
  run(body());
}

TEST_F(HttpServer, CountsByRouteAndLogsNeitherPathsNorSuccessfulReads) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const observe::Log log(ends[1]);
  observe::Metrics metrics;
  options.log = &log;
  options.metrics = &metrics;
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    Client one = client();
    for (const char* target : {"/things/secret-path", "/nowhere", "/throws"}) {
      ClientRequest request(Verb::get, target);
      co_await one.send(std::move(request));
    }
  };
  run(body());
  ::close(ends[1]);
  std::string lines(8192, '\0');
  const auto size = ::read(ends[0], lines.data(), lines.size());
  ::close(ends[0]);
  lines.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  EXPECT_EQ(count_of(lines, "\n"), 3U) << lines;
  EXPECT_EQ(count_of(lines, "secret-path"), 0U);
  EXPECT_EQ(count_of(lines, R"("reason":"secret")"), 1U);
  const std::string text = metrics.text();
  EXPECT_EQ(count_of(text, "zhida_http_requests_total{route=\"thing\",status=\"2xx\"} 1\n"), 1U) << text;
  EXPECT_EQ(count_of(text, "zhida_http_requests_total{route=\"none\",status=\"4xx\"} 1\n"), 1U);
  EXPECT_EQ(count_of(text, "zhida_http_request_seconds_count{route=\"throws\"} 1\n"), 1U);
  EXPECT_EQ(count_of(text, "zhida_http_connections 1\n"), 1U);
}

}  // namespace
}  // namespace zhida::http
