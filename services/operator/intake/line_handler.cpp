#include "operator/intake/line_handler.hpp"

namespace zhida::operators {

LineChunk::Line& LineChunk::add(std::uint64_t number, std::string_view text) {
  Line& line = lines.emplace_back();
  line.number = number;
  line.begin = text_.size();
  line.size = text.size();
  text_ += text;
  return line;
}

void LineChunk::clear() {
  lines.clear();
  records.clear();
  text_.clear();
}

void OneByOne::decide(LineChunk& chunk) {
  for (LineChunk::Line& line : chunk.lines) {
    if (line.problem) continue;
    const std::size_t before = chunk.records.size();
    if (auto problem = take(chunk.text_of(line), chunk.records)) line.problem = std::make_unique<http::Problem>(*std::move(problem));
    for (std::size_t i = before; i < chunk.records.size(); ++i) chunk.records[i].event.traceparent = traceparent_;
    line.records = static_cast<std::uint32_t>(chunk.records.size() - before);
  }
}

}  // namespace zhida::operators
