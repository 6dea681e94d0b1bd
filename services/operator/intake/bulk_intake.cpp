#include "operator/intake/bulk_intake.hpp"

#include "operator/intake/chunk_pipeline.hpp"
#include "platform/http/conditional.hpp"
#include "platform/json/writer.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace zhida::operators {
namespace {

namespace asio = boost::asio;

// A few milliseconds of work for the pool.
constexpr std::size_t chunk_lines = 256;
constexpr std::size_t chunk_bytes = 512 * 1024;
constexpr std::uint64_t reported_errors = 1'000;
constexpr std::chrono::milliseconds longest_fold_lag{60'000};
constexpr std::chrono::seconds patience{5};

/// Waits until what `handler` wrote can be read from every process. False if that takes longer than `limit`.
asio::awaitable<bool> readable_everywhere(LineHandler& handler, const Elsewhere& elsewhere, const WrittenTo& written,
                                          std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  const bool here = co_await handler.readable(written, limit);
  if (!here || !elsewhere || written.empty()) co_return here;
  co_return co_await elsewhere(written, deadline);
}

http::Problem not_written(const boost::system::error_code& error) {
  return http::problems::unavailable(std::chrono::seconds(1), "the log cannot be written now: " + error.message() + ". Repeat the request.",
                                     "日志暂时无法写入，请重试。");
}

/// One upload on its way through.
class Intake {
 public:
  Intake(http::Exchange& exchange, log::EventLog& log, LineHandler& handler, const Elsewhere& elsewhere, asio::any_io_executor pool,
         const asio::any_io_executor& executor)
      : exchange_(exchange),
        handler_(handler),
        elsewhere_(elsewhere),
        pipeline_(executor, pool, log, handler),
        chunk_(handler.new_chunk()) {}

  asio::awaitable<void> run() {
    http::LineSplitter splitter(longest_line);
    http::LineSplitter::Line line;
    http::Response head(http::Status::ok, "", http::ndjson_type);
    exchange_.start(head);
    for (;;) {
      const auto piece = co_await exchange_.read_some();
      if (piece.has_error()) {
        broken_ = piece.error();
        break;
      }
      if (piece->empty()) break;
      splitter.feed(*piece);
      while (splitter.next(line)) {
        take(line);
        if (chunk_->lines.size() < chunk_lines && chunk_->bytes() < chunk_bytes) continue;
        co_await settle(false);
        pipeline_.begin(std::exchange(chunk_, nullptr));
        chunk_ = spare_ ? std::move(spare_) : handler_.new_chunk();
      }
    }
    if (!broken_ && splitter.finish(line)) take(line);
    co_await settle(false);
    pipeline_.begin(std::move(chunk_));
    co_await settle(true);
    co_await finish();
  }

 private:
  void take(const http::LineSplitter::Line& line) {
    if (line.text.find_first_not_of(" \t\r") == std::string_view::npos && !line.too_long) return;
    LineChunk::Line& added = chunk_->add(line.number, line.too_long ? std::string_view() : line.text);
    if (line.too_long) added.problem = std::make_unique<http::Problem>(http::problems::too_large(longest_line));
  }

  /// Waits until there is room for another chunk, or until all are through.
  asio::awaitable<void> settle(bool all) {
    for (;;) {
      if (std::optional<ChunkPipeline::Done> done = pipeline_.advance()) {
        account(*done);
        done->chunk->clear();
        spare_ = std::move(done->chunk);
        continue;
      }
      if (all ? pipeline_.empty() : !pipeline_.full()) co_return;
      co_await pipeline_.changed();
    }
  }

  void account(const ChunkPipeline::Done& done) {
    if (!done.places.empty()) handler_.written(done.outcome.has_error());
    for (const LineChunk::Line& line : done.chunk->lines) {
      ++lines_;
      if (line.problem) {
        refuse(line.number, *line.problem);
      } else if (line.records > 0 && done.outcome.has_error()) {
        refuse(line.number, not_written(done.outcome.error()));
      } else {
        ++accepted_;
        ++durable_;  // what made no record says what the log holds already
      }
    }
    if (done.outcome.has_error()) return;
    for (std::size_t i = 0; i < done.places.size(); ++i) {
      log::Offset& highest = written_[done.places[i]];
      highest = std::max(highest, (*done.outcome)[i]);
    }
  }

  void refuse(std::uint64_t number, const http::Problem& problem) {
    if (++refused_ > reported_errors) return;
    std::string text;
    json::Writer(text).begin_object().field("line", number).raw_field("error", problem.json()).end_object();
    exchange_.push(text + "\n");
  }

  asio::awaitable<void> finish() {
    const bool readable = co_await readable_everywhere(handler_, elsewhere_, written_, longest_fold_lag);
    std::string text;
    json::Writer writer(text);
    writer.begin_object().field("lines", lines_).field("accepted", accepted_).field("refused", refused_).field("durable", durable_);
    if (broken_)
      writer.raw_field("error",
                       http::problems::bad_request("the body ended in the middle: " + broken_.message(), "请求正文不完整。").json());
    else if (!readable)
      writer.raw_field("error", http::problems::unavailable(std::chrono::seconds(1), "everything is durable, but cannot be read yet.",
                                                            "数据已持久保存，但尚不能读取。")
                                    .json());
    writer.end_object();
    exchange_.push(text + "\n");
  }

  http::Exchange& exchange_;
  LineHandler& handler_;
  const Elsewhere& elsewhere_;
  ChunkPipeline pipeline_;
  std::shared_ptr<LineChunk> chunk_;  // being filled
  std::shared_ptr<LineChunk> spare_;  // to be filled next; may be null
  boost::system::error_code broken_;
  WrittenTo written_;
  std::uint64_t lines_ = 0, accepted_ = 0, refused_ = 0, durable_ = 0;
};

}  // namespace

asio::awaitable<void> take_in(http::Exchange& exchange, log::EventLog& log, LineHandler& handler, const Elsewhere& elsewhere,
                              asio::any_io_executor pool) {
  http::require_content_type(exchange.request(), http::ndjson_type);
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  Intake intake(exchange, log, handler, elsewhere, pool, executor);
  co_await intake.run();
}

asio::awaitable<void> write_and_wait(log::EventLog& log, LineHandler& handler, const Elsewhere& elsewhere,
                                     std::vector<log::NewRecord> records) {
  if (records.empty()) co_return;
  std::vector<std::pair<std::string, std::int32_t>> places;
  for (const log::NewRecord& record : records) places.emplace_back(record.topic, record.partition);
  const auto outcome = co_await log.append(std::move(records));
  handler.written(outcome.has_error());
  if (outcome.has_error()) throw http::Refused(not_written(outcome.error()));
  WrittenTo written;
  for (std::size_t i = 0; i < places.size(); ++i) written[places[i]] = (*outcome)[i];
  const bool readable = co_await readable_everywhere(handler, elsewhere, written, patience);
  if (!readable)
    throw http::Refused(http::problems::unavailable(std::chrono::seconds(1),
                                                    "the write is kept, but cannot be read yet; repeating it is harmless.",
                                                    "写入已保存但尚不能读取；重复提交不会产生影响。"));
}

}  // namespace zhida::operators
