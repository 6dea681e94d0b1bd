#pragma once

#include "operator/intake/line_handler.hpp"
#include "platform/log/event_log.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/strand.hpp>
#include <boost/system/result.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace zhida::operators {

/// The chunks of one upload on their way into the log: read on the pool, decided on the executor, written on the pool, appended; always
/// in their order, each step of a few chunks at a time. Driven by the one coroutine that owns it.
class ChunkPipeline {
 public:
  /// A chunk that has left the pipeline.
  struct Done {
    std::shared_ptr<LineChunk> chunk;
    std::vector<std::pair<std::string, std::int32_t>> places;  ///< of its records
    boost::system::result<std::vector<log::Offset>> outcome{std::vector<log::Offset>()};
  };

  ChunkPipeline(boost::asio::any_io_executor executor, boost::asio::any_io_executor pool, log::EventLog& log, LineHandler& handler);

  void begin(std::shared_ptr<LineChunk> chunk);

  /// True while the chunk begun next would be one too many.
  bool full() const;
  bool empty() const;

  /// Moves chunks on as far as that goes without waiting, and takes out the oldest if it is done. Rethrows what a step threw.
  std::optional<Done> advance();

  /// Waits until `advance` can do more.
  boost::asio::awaitable<void> changed();

 private:
  struct Step;
  struct Append;
  // Steps under way outlive a request that is given up.
  struct Stages;

  void start_step(const std::shared_ptr<Step>& step, bool writing);
  void start_append(std::shared_ptr<LineChunk> chunk);

  boost::asio::any_io_executor executor_;
  log::EventLog& log_;
  LineHandler& handler_;
  // One chunk at a time in each step: what the chunks of an upload share needs no lock.
  boost::asio::strand<boost::asio::any_io_executor> reader_, writer_;
  std::shared_ptr<Stages> stages_;
};

}  // namespace zhida::operators
