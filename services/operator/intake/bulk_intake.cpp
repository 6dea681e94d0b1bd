#include "operator/intake/bulk_intake.hpp"

#include "platform/http/conditional.hpp"
#include "platform/json/writer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/as_tuple.hpp>

#include <algorithm>
#include <deque>
#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace zhida::operators {
namespace {

namespace asio = boost::asio;

constexpr std::size_t batch_records = 2'000;
constexpr std::size_t batch_bytes = 2U << 20U;
constexpr std::size_t batches_in_flight = 3;
constexpr std::uint64_t reported_errors = 1'000;
constexpr std::chrono::milliseconds longest_fold_lag{60'000};
constexpr std::chrono::seconds patience{5};

http::Problem not_written(const boost::system::error_code& error) {
  return http::problems::unavailable(std::chrono::seconds(1), "the log cannot be written now: " + error.message() + ". Repeat the request.",
                                     "日志暂时无法写入，请重试。");
}

/// The appends under way, which may outlive the request that began them.
struct Appends {
  explicit Appends(const asio::any_io_executor& executor) : changed(executor) { changed.expires_at(asio::steady_timer::time_point::max()); }

  struct Batch {
    std::vector<std::uint64_t> lines;
    std::vector<std::pair<std::string, std::int32_t>> places;
    boost::system::result<std::vector<log::Offset>> outcome{std::vector<log::Offset>()};
    bool done = false;
  };
  std::deque<std::shared_ptr<Batch>> batches;  // in the order they were begun
  asio::steady_timer changed;                  // used as a condition variable
};

asio::awaitable<void> append(log::EventLog& log, std::vector<log::NewRecord> records, std::shared_ptr<Appends> appends,
                             std::shared_ptr<Appends::Batch> batch) {
  batch->outcome = co_await log.append(std::move(records));
  batch->done = true;
  appends->changed.cancel();
}

// Not a coroutine: g++ 12 destroys closures twice when they are temporaries beside a co_await.
void start(log::EventLog& log, std::vector<log::NewRecord> records, std::shared_ptr<Appends> appends, std::shared_ptr<Appends::Batch> batch) {
  appends->batches.push_back(batch);
  auto ended = [appends, batch](std::exception_ptr failure) {
    if (!failure) return;
    batch->outcome = boost::system::errc::make_error_code(boost::system::errc::io_error);
    batch->done = true;
    appends->changed.cancel();
  };
  auto executor = appends->changed.get_executor();
  asio::co_spawn(executor, append(log, std::move(records), appends, std::move(batch)), std::move(ended));
}

/// One upload on its way through.
class Intake {
 public:
  Intake(http::Exchange& exchange, log::EventLog& log, LineHandler& handler, const asio::any_io_executor& executor)
      : exchange_(exchange), log_(log), handler_(handler), appends_(std::make_shared<Appends>(executor)) {}

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
      while (splitter.next(line)) take(line);
      if (records_.size() >= batch_records || bytes_ >= batch_bytes) co_await flush();
    }
    if (!broken_ && splitter.finish(line)) take(line);
    co_await flush();
    while (!appends_->batches.empty()) co_await collect();
    co_await finish();
  }

 private:
  void take(const http::LineSplitter::Line& line) {
    if (line.text.find_first_not_of(" \t\r") == std::string_view::npos && !line.too_long) return;
    ++lines_;
    if (line.too_long) {
      refuse(line.number, http::problems::too_large(longest_line));
      return;
    }
    const std::size_t before = records_.size();
    if (auto problem = handler_.take(line.text, records_)) {
      refuse(line.number, *problem);
      return;
    }
    ++accepted_;
    if (records_.size() == before) {
      ++durable_;  // it says what the log holds already
      return;
    }
    batch_lines_.push_back(line.number);
    for (std::size_t i = before; i < records_.size(); ++i) bytes_ += log::size_of(records_[i]);
  }

  void refuse(std::uint64_t number, const http::Problem& problem) {
    if (++refused_ > reported_errors) return;
    std::string text;
    json::Writer(text).begin_object().field("line", number).raw_field("error", problem.json()).end_object();
    exchange_.push(text + "\n");
  }

  asio::awaitable<void> flush() {
    if (records_.empty()) co_return;
    while (appends_->batches.size() >= batches_in_flight) co_await collect();
    auto batch = std::make_shared<Appends::Batch>();
    batch->lines = std::exchange(batch_lines_, {});
    batch->places.reserve(records_.size());
    for (const log::NewRecord& record : records_) batch->places.emplace_back(record.topic, record.partition);
    start(log_, std::exchange(records_, {}), appends_, std::move(batch));
    bytes_ = 0;
  }

  /// Waits for the oldest append and accounts for it.
  asio::awaitable<void> collect() {
    const std::shared_ptr<Appends::Batch> batch = appends_->batches.front();
    while (!batch->done) co_await appends_->changed.async_wait(asio::as_tuple(asio::use_awaitable));  // woken by its cancellation
    appends_->batches.pop_front();
    handler_.written(batch->outcome.has_error());
    if (batch->outcome.has_error()) {
      accepted_ -= batch->lines.size();
      for (const std::uint64_t line : batch->lines) refuse(line, not_written(batch->outcome.error()));
      co_return;
    }
    durable_ += batch->lines.size();
    for (std::size_t i = 0; i < batch->places.size(); ++i) {
      log::Offset& highest = written_[batch->places[i]];
      highest = std::max(highest, (*batch->outcome)[i]);
    }
  }

  asio::awaitable<void> finish() {
    const bool readable = co_await handler_.readable(written_, longest_fold_lag);
    std::string text;
    json::Writer writer(text);
    writer.begin_object().field("lines", lines_).field("accepted", accepted_).field("refused", refused_).field("durable", durable_);
    if (broken_)
      writer.raw_field("error", http::problems::bad_request("the body ended in the middle: " + broken_.message(), "请求正文不完整。").json());
    else if (!readable)
      writer.raw_field("error", http::problems::unavailable(std::chrono::seconds(1), "everything is durable, but cannot be read yet.",
                                                            "数据已持久保存，但尚不能读取。").json());
    writer.end_object();
    exchange_.push(text + "\n");
  }

  http::Exchange& exchange_;
  log::EventLog& log_;
  LineHandler& handler_;
  std::shared_ptr<Appends> appends_;
  boost::system::error_code broken_;
  std::vector<log::NewRecord> records_;  // of the batch being gathered
  std::vector<std::uint64_t> batch_lines_;
  std::size_t bytes_ = 0;
  WrittenTo written_;
  std::uint64_t lines_ = 0, accepted_ = 0, refused_ = 0, durable_ = 0;
};

}  // namespace

asio::awaitable<void> take_in(http::Exchange& exchange, log::EventLog& log, LineHandler& handler) {
  http::require_content_type(exchange.request(), http::ndjson_type);
  Intake intake(exchange, log, handler, co_await asio::this_coro::executor);
  co_await intake.run();
}

asio::awaitable<void> write_and_wait(log::EventLog& log, LineHandler& handler, std::vector<log::NewRecord> records) {
  if (records.empty()) co_return;
  std::vector<std::pair<std::string, std::int32_t>> places;
  for (const log::NewRecord& record : records) places.emplace_back(record.topic, record.partition);
  const auto outcome = co_await log.append(std::move(records));
  handler.written(outcome.has_error());
  if (outcome.has_error()) throw http::Refused(not_written(outcome.error()));
  WrittenTo written;
  for (std::size_t i = 0; i < places.size(); ++i) written[places[i]] = (*outcome)[i];
  const bool readable = co_await handler.readable(written, patience);
  if (!readable)
    throw http::Refused(http::problems::unavailable(std::chrono::seconds(1), "the write is kept, but cannot be read yet; repeating it is harmless.",
                                                    "写入已保存但尚不能读取；重复提交不会产生影响。"));
}

}  // namespace zhida::operators
