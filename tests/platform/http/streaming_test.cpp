#include "platform/http/event_stream.hpp"
#include "platform/http/server_fixture.hpp"

#include <rapidcheck.h>

#include <zlib.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace zhida::http {
namespace {

std::size_t resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
  return 0;
}

class Streaming : public ServerTest {
 protected:
  Streaming() {
    // Counts lines; answers each line "bad" at once.
    router.add_streaming(Verb::post, "/bulk", open_route("bulk"), [](Exchange& exchange) -> asio::awaitable<void> {
      LineSplitter lines(64 * 1024);
      LineSplitter::Line line;
      std::uint64_t count = 0, bad = 0;
      const Response head(Status::ok, "", ndjson_type);
      const auto take = [&] {
        ++count;
        if (line.text != "bad" && !line.too_long) return;
        exchange.start(head);
        ++bad;
        exchange.push("{\"line\":" + std::to_string(line.number) + "}\n");
      };
      for (;;) {
        const auto piece = co_await exchange.read_some();
        if (piece.has_error()) {
          if (piece.error() == make_error_code(Error::malformed_encoding)) throw Refused(problems::bad_request("damaged", "损坏"));
          co_return;
        }
        if (piece->empty()) break;
        lines.feed(*piece);
        while (lines.next(line)) take();
      }
      if (lines.finish(line)) take();
      exchange.start(head);
      exchange.push("{\"lines\":" + std::to_string(count) + ",\"bad\":" + std::to_string(bad) + "}\n");
    });
    router.add_streaming(Verb::get, "/export", open_route("export"), [](Exchange& exchange) -> asio::awaitable<void> {
      const Response head(Status::ok, "", csv_type);
      exchange.start(head);
      const std::string row(1024, 'r');
      for (int i = 0; i < 50 * 1024; ++i) co_await exchange.write(row);
    });
    router.add_streaming(Verb::get, "/breaks", open_route("breaks"), [](Exchange& exchange) -> asio::awaitable<void> {
      const Response head(Status::ok, "", csv_type);
      exchange.start(head);
      exchange.push("half");
      throw std::runtime_error("broken");
      co_return;
    });
    router.add_streaming(Verb::get, "/events", open_route("events"), [this](Exchange& exchange) -> asio::awaitable<void> {
      EventStream events(exchange);
      ++listening;
      for (int i = 0; i < 3 && events.send("progress", "{\"n\":" + std::to_string(i) + "}\nsecond", std::to_string(i)); ++i)
        if (!co_await events.pause(1ms)) break;
      while (flood && events.send("flood", std::string(4096, 'x'))) co_await events.pause(0ms);
      while (endless) {  // no `&& co_await`: g++ 12 awaits in spite of a false left side
        const bool goes_on = co_await events.pause(1h);
        if (!goes_on) break;
      }
      --listening;
    });
  }

  int listening = 0;
  bool flood = false, endless = false;
};

TEST_F(Streaming, TakesAnUploadOf200MegabytesInBoundedMemory) {
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    Client one = client();
    std::string line(999, 'x');
    line += '\n';
    std::string piece;
    for (int i = 0; i < 1000; ++i) piece += line;
    int left = 200;
    const auto produce = [&]() -> asio::awaitable<std::string> {
      if (left == 0) co_return std::string();
      --left;
      co_return piece;
    };
    const std::size_t before = resident_kib();
    ClientRequest request(Verb::post, "/bulk");
    Client::Producer producer = produce;
    const ClientResponse response = co_await one.upload(std::move(request), std::move(producer));
    EXPECT_EQ(response.body, "{\"lines\":200000,\"bad\":0}\n");
    EXPECT_LT(resident_kib(), before + 32 * 1024);
  };
  run(body(), 120s);
}

TEST_F(Streaming, AnswersWhileTheBodyStillComes) {
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    Client one = client();
    std::string heard;
    std::string heard_before_the_end;
    int step = 0;
    const auto produce = [&]() -> asio::awaitable<std::string> {
      if (++step == 1) co_return "good\nbad\n";
      for (int i = 0; i < 100 && heard.empty(); ++i) co_await sleep(10ms);
      heard_before_the_end = heard;
      co_return step == 2 ? "last line without end" : "";
    };
    ClientRequest request(Verb::post, "/bulk");
    Client::Producer producer = produce;
    Client::Sink sink = [&](std::string_view piece) { heard += piece; };
    const ClientResponse response = co_await one.upload(std::move(request), std::move(producer), std::move(sink));
    EXPECT_EQ(response.status, Status::ok);
    EXPECT_EQ(heard_before_the_end, "{\"line\":2}\n");
    EXPECT_EQ(heard, "{\"line\":2}\n{\"lines\":3,\"bad\":1}\n");
  };
  run(body());
}

TEST_F(Streaming, ReadsOnWhileTheClientDoesNotReadTheAnswer) {
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    asio::ip::tcp::socket socket = co_await connect();
    std::string bytes = "POST /bulk HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4000000\r\n\r\n";
    for (int i = 0; i < 1'000'000; ++i) bytes += "bad\n";
    co_await asio::async_write(socket, asio::buffer(bytes), asio::use_awaitable);
    std::string answer;
    co_await asio::async_read(socket, asio::dynamic_buffer(answer), asio::as_tuple(asio::use_awaitable));
    EXPECT_NE(answer.find("{\"lines\":1000000,\"bad\":1000000}"), std::string::npos);
    EXPECT_TRUE(answer.ends_with("\r\n0\r\n\r\n"));
  };
  run(body());
}

TEST_F(Streaming, InflatesInBoundedMemoryAndNoticesDamage) {
  begin();
  z_stream stream{};
  ASSERT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string plain;
  for (int i = 0; i < 1000; ++i) plain += std::string(999, 'y') + "\n";
  std::string packed(4'000'000, '\0');
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  for (int i = 0; i < 100; ++i) {
    stream.next_in = reinterpret_cast<Bytef*>(plain.data());
    stream.avail_in = static_cast<uInt>(plain.size());
    deflate(&stream, i == 99 ? Z_FINISH : Z_NO_FLUSH);
  }
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  const auto body = [&]() -> asio::awaitable<void> {
    Client one = client();
    const std::size_t before = resident_kib();
    ClientRequest request(Verb::post, "/bulk", packed);
    request.set("Content-Encoding", "gzip");
    ClientResponse response = co_await one.send(std::move(request));
    EXPECT_EQ(response.body, "{\"lines\":100000,\"bad\":0}\n");
    EXPECT_LT(resident_kib(), before + 32 * 1024);
    ClientRequest damaged(Verb::post, "/bulk", packed.substr(0, packed.size() / 2));
    damaged.set("Content-Encoding", "gzip");
    response = co_await one.send(std::move(damaged));
    EXPECT_EQ(response.status, Status::bad_request);
  };
  run(body(), 60s);
}

TEST_F(Streaming, ExportsAtTheClientsPace) {
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    Client one = client();
    const std::size_t before = resident_kib();
    std::size_t received = 0;
    ClientRequest request(Verb::get, "/export");
    Client::Sink sink = [&](std::string_view piece) { received += piece.size(); };
    const ClientResponse response = co_await one.download(std::move(request), std::move(sink));
    EXPECT_EQ(response.status, Status::ok);
    EXPECT_EQ(received, 50U * 1024 * 1024);
    EXPECT_LT(resident_kib(), before + 16 * 1024);
  };
  run(body(), 60s);
}

TEST_F(Streaming, DropsAnExportWhoseClientStopsReading) {
  options.limits.transfer = 200ms;
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    asio::ip::tcp::socket socket = co_await connect();
    const std::string request = "GET /export HTTP/1.1\r\nHost: x\r\n\r\n";
    co_await asio::async_write(socket, asio::buffer(request), asio::use_awaitable);
    co_await sleep(1s);
    EXPECT_EQ(sessions.size(), 2U) << "listener and sweeper";
  };
  run(body());
}

TEST_F(Streaming, BreaksOffWhenAHandlerFailsInTheMiddle) {
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    const std::string answer = co_await raw("GET /breaks HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_FALSE(answer.ends_with("0\r\n\r\n")) << answer;
    const std::string old = co_await raw("GET /export HTTP/1.0\r\n\r\n", 10s);
    EXPECT_EQ(count_of(old, "Transfer-Encoding"), 0U);
    EXPECT_TRUE(old.ends_with("rrr"));
  };
  run(body(), 60s);
}

TEST_F(Streaming, SendsEvents) {
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    Client one = client();
    ClientRequest request(Verb::get, "/events");
    const ClientResponse response = co_await one.send(std::move(request));
    EXPECT_EQ(response.headers.get("Content-Type"), "text/event-stream");
    EXPECT_TRUE(response.body.starts_with("id: 0\nevent: progress\ndata: {\"n\":0}\ndata: second\n\n")) << response.body;
    EXPECT_EQ(count_of(response.body, "event: progress"), 3U);
    EXPECT_EQ(listening, 0);
  };
  run(body());
}

TEST_F(Streaming, DropsAListenerThatDoesNotRead) {
  flood = true;
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    asio::ip::tcp::socket socket = co_await connect();
    const std::string request = "GET /events HTTP/1.1\r\nHost: x\r\n\r\n";
    co_await asio::async_write(socket, asio::buffer(request), asio::use_awaitable);
    for (int i = 0; i < 200 && (i < 5 || listening > 0); ++i) co_await sleep(20ms);
    EXPECT_EQ(listening, 0);
    EXPECT_EQ(sessions.size(), 2U) << "listener and sweeper";
  };
  run(body());
}

TEST_F(Streaming, EndsEventsWhenDraining) {
  endless = true;
  begin();
  const auto body = [&]() -> asio::awaitable<void> {
    asio::ip::tcp::socket socket = co_await connect();
    const std::string request = "GET /events HTTP/1.1\r\nHost: x\r\n\r\n";
    co_await asio::async_write(socket, asio::buffer(request), asio::use_awaitable);
    co_await sleep(100ms);
    EXPECT_EQ(listening, 1);
    const auto start = std::chrono::steady_clock::now();
    co_await runtime::drain(sessions, 5s);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 1s);
    EXPECT_EQ(listening, 0);
  };
  run(body());
}

TEST(LineSplitter, FindsTheSameLinesHoweverTheBytesArrive) {
  EXPECT_TRUE(rc::check([] {
    const auto parts = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>("a", "bc", "\n", "\r\n", "0123456789"));
    std::string whole;
    for (const std::string& part : parts) whole += part;
    const auto split = [](const std::vector<std::string>& pieces) {
      LineSplitter splitter(8);
      LineSplitter::Line line;
      std::vector<std::string> found;
      const auto note = [&] { found.push_back(std::to_string(line.number) + (line.too_long ? "!" : ":") + std::string(line.text)); };
      for (const std::string& piece : pieces) {
        splitter.feed(piece);
        while (splitter.next(line)) note();
      }
      if (splitter.finish(line)) note();
      return found;
    };
    const auto at_once = split({whole});
    RC_ASSERT(split(parts) == at_once);
    std::size_t lines = 0;
    for (std::size_t from = 0; from < whole.size(); ++lines) from = std::min(whole.find('\n', from), whole.size() - 1) + 1;
    RC_ASSERT(at_once.size() == lines);
  }));
}

}  // namespace
}  // namespace zhida::http
