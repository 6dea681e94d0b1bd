#include "operator/intake/chunk_pipeline.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <utility>

namespace zhida::operators {
namespace asio = boost::asio;
namespace {

constexpr std::size_t in_reading = 3, in_writing = 3, in_appending = 16;  // chunks

}  // namespace

/// A chunk on the pool.
struct ChunkPipeline::Step {
  std::shared_ptr<LineChunk> chunk;
  std::exception_ptr failure;
  bool done = false;
};

/// A chunk on its way to the disk.
struct ChunkPipeline::Append {
  Done result;
  bool done = false;
};

struct ChunkPipeline::Stages {
  explicit Stages(const asio::any_io_executor& executor) : changed(executor) { changed.expires_at(asio::steady_timer::time_point::max()); }

  std::deque<std::shared_ptr<Step>> reading, writing;
  std::deque<std::shared_ptr<Append>> appending;
  asio::steady_timer changed;  // used as a condition variable
};

ChunkPipeline::ChunkPipeline(asio::any_io_executor executor, asio::any_io_executor pool, log::EventLog& log, LineHandler& handler)
    : executor_(executor),
      log_(log),
      handler_(handler),
      reader_(asio::make_strand(pool)),
      writer_(asio::make_strand(pool)),
      stages_(std::make_shared<Stages>(executor)) {}

void ChunkPipeline::begin(std::shared_ptr<LineChunk> chunk) {
  auto step = std::make_shared<Step>();
  step->chunk = std::move(chunk);
  stages_->reading.push_back(step);
  start_step(step, false);
}

bool ChunkPipeline::full() const { return stages_->reading.size() >= in_reading; }

bool ChunkPipeline::empty() const { return stages_->reading.empty() && stages_->writing.empty() && stages_->appending.empty(); }

void ChunkPipeline::start_step(const std::shared_ptr<Step>& step, bool writing) {
  auto work = [step, writing, stages = stages_, executor = executor_] {
    try {
      if (writing)
        step->chunk->write();
      else
        step->chunk->read();
    } catch (...) {
      step->failure = std::current_exception();
    }
    asio::post(executor, [step, stages] {
      step->done = true;
      stages->changed.cancel();
    });
  };
  asio::post(writing ? writer_ : reader_, std::move(work));
}

namespace {

template <class AppendPtr, class StagesPtr>
asio::awaitable<void> append(log::EventLog& log, AppendPtr append, StagesPtr stages) {
  append->result.outcome = co_await log.append(std::exchange(append->result.chunk->records, {}));
  append->done = true;
  stages->changed.cancel();
}

}  // namespace

// Not a coroutine: g++ 12 destroys closures twice when they are temporaries beside a co_await.
void ChunkPipeline::start_append(std::shared_ptr<LineChunk> chunk) {
  auto started = std::make_shared<Append>();
  stages_->appending.push_back(started);
  Done& result = started->result;
  result.chunk = std::move(chunk);
  for (const log::NewRecord& record : result.chunk->records) result.places.emplace_back(record.topic, record.partition);
  if (result.chunk->records.empty()) {
    started->done = true;
    return;
  }
  auto ended = [stages = stages_, started](std::exception_ptr failure) {
    if (!failure) return;
    started->result.outcome = boost::system::errc::make_error_code(boost::system::errc::io_error);
    started->done = true;
    stages->changed.cancel();
  };
  asio::co_spawn(executor_, append(log_, started, stages_), std::move(ended));
}

std::optional<ChunkPipeline::Done> ChunkPipeline::advance() {
  Stages& stages = *stages_;
  while (!stages.writing.empty() && stages.writing.front()->done && stages.appending.size() < in_appending) {
    const std::shared_ptr<Step> step = stages.writing.front();
    stages.writing.pop_front();
    if (step->failure) std::rethrow_exception(step->failure);
    start_append(step->chunk);
  }
  while (!stages.reading.empty() && stages.reading.front()->done && stages.writing.size() < in_writing) {
    const std::shared_ptr<Step> step = stages.reading.front();
    stages.reading.pop_front();
    if (step->failure) std::rethrow_exception(step->failure);
    handler_.decide(*step->chunk);
    step->done = false;
    stages.writing.push_back(step);
    start_step(step, true);
  }
  if (stages.appending.empty() || !stages.appending.front()->done) return std::nullopt;
  const std::shared_ptr<Append> oldest = stages.appending.front();
  stages.appending.pop_front();
  return std::move(oldest->result);
}

asio::awaitable<void> ChunkPipeline::changed() {
  co_await stages_->changed.async_wait(asio::as_tuple(asio::use_awaitable));  // woken by its cancellation
}

}  // namespace zhida::operators
