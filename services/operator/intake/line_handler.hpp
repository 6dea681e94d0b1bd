#pragma once

#include "platform/http/problem.hpp"
#include "platform/log/record.hpp"
#include "stores/written_to.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zhida::operators {

using stores::WrittenTo;

/// A stretch of an upload: some whole lines, and what becomes of them in three steps. The first and the last run beside the executor, on
/// another thread, so they must look at nothing that changes; a chunk outlives the request that it came with.
class LineChunk {
 public:
  struct Line {
    std::uint64_t number = 0;  ///< in the upload, from 1
    std::size_t begin = 0, size = 0;
    std::unique_ptr<http::Problem> problem;  ///< why it is refused
    std::uint32_t records = 0;               ///< how many it made; none = it changes nothing
  };

  LineChunk() = default;
  virtual ~LineChunk() = default;
  LineChunk(const LineChunk&) = delete;
  LineChunk& operator=(const LineChunk&) = delete;

  /// `text` only until the first step; then nothing moves any more.
  Line& add(std::uint64_t number, std::string_view text);
  std::string_view text_of(const Line& line) const { return std::string_view(text_).substr(line.begin, line.size); }
  std::size_t bytes() const { return text_.size(); }

  /// First step: what the lines say, and what is wrong with them in themselves.
  virtual void read() {}
  /// Last step: their records.
  virtual void write() {}
  /// Empties the chunk so that its memory serves for other lines.
  virtual void clear();

  std::vector<Line> lines;
  std::vector<log::NewRecord> records;  ///< in the order of the lines

 private:
  std::string text_;
};

/// What is done with the lines of a bulk upload. Used on the executor.
class LineHandler {
 public:
  virtual ~LineHandler() = default;

  /// A chunk to be filled with lines.
  virtual std::shared_ptr<LineChunk> new_chunk() = 0;

  /// The step between, chunk after chunk in the order of the upload: compares with what is known.
  virtual void decide(LineChunk& chunk) = 0;

  /// The records of a chunk are durable, or `failed` and dropped.
  virtual void written(bool failed) = 0;

  /// Waits until what is written can be read from this process. False if that takes longer than `limit`.
  virtual boost::asio::awaitable<bool> readable(const WrittenTo& written, std::chrono::milliseconds limit) = 0;
};

/// A handler of lines that are few or simple enough to be worked off one by one on the executor.
class OneByOne : public LineHandler {
 public:
  std::shared_ptr<LineChunk> new_chunk() override { return std::make_shared<LineChunk>(); }
  void decide(LineChunk& chunk) override;
  void written(bool) override {}
  /// Records made from now on say that they belong to the trace of `traceparent`.
  void belong_to(std::string traceparent) { traceparent_ = std::move(traceparent); }

 protected:
  /// Turns a line into records, appended to `records` (none = it changes nothing), or says what is wrong with it.
  virtual std::optional<http::Problem> take(std::string_view line, std::vector<log::NewRecord>& records) = 0;

 private:
  std::string traceparent_;
};

}  // namespace zhida::operators
