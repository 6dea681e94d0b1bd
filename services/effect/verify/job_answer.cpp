#include "effect/verify/job_answer.hpp"

#include "effect/funnel/funnel_json.hpp"
#include "platform/http/problem.hpp"
#include "platform/json/writer.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace zhida::effect_service::verify {
namespace {

using State = JobAnswer::State;

struct Word {
  State state;
  std::string_view word;
};
constexpr std::array<Word, 3> words{{{State::running, "running"}, {State::done, "done"}, {State::failed, "failed"}}};

std::string_view word_of(State state) { return std::ranges::find(words, state, &Word::state)->word; }

void write_differences(json::Writer& writer, const Differences& differences) {
  const auto side = [&writer](std::string_view name, const std::string& text) {
    if (text.empty())
      writer.null_field(name);
    else
      writer.field(name, text);
  };
  writer.key("differences").begin_array();
  for (const Difference& each : differences.kept()) {
    writer.begin_object();
    writer.field("partition", each.partition).field("key", each.key).field("what", each.what);
    side("expected", each.expected);
    side("served", each.served);
    writer.end_object();
  }
  writer.end_array().field("different", differences.count());
}

}  // namespace

JobAnswer answer_of(const Job& job) {
  JobAnswer answer;
  answer.id = job.id;
  if (job.state == Job::State::failed) {
    answer.state = State::failed;
    answer.text = job.failure;
    return answer;
  }
  answer.state = job.over() ? State::done : State::running;
  json::Writer writer(answer.text);
  writer.begin_object();
  writer.field("id", job.id).field("state", word_of(answer.state));
  if (job.over()) {
    writer.field("equal", job.differences.count() == 0).field("facts", job.facts).field("enterprises", job.enterprises);
    writer.field("took_ms", job.took.count());
    write_differences(writer, job.differences);
    write_folded_to(writer, job.compared_at);
  }
  writer.end_object();
  return answer;
}

http::Response response_of(JobAnswer answer) {
  if (answer.state == State::failed)
    return http::respond(http::problems::unavailable(std::chrono::seconds(5), "what is served could not be compared: " + answer.text + ".",
                                                     "暂时无法核对：" + answer.text + "。"));
  http::Response response(answer.over() ? http::Status::ok : http::Status::accepted, std::move(answer.text));
  response.set("Location", "/effect/v1/verify/" + answer.id);
  if (!answer.over()) response.set("Retry-After", "1");
  return response;
}

std::string encode(const JobAnswer& answer) { return std::string(word_of(answer.state)) + " " + answer.text; }

std::optional<JobAnswer> decode(std::string_view id, std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto word = std::ranges::find(words, text.substr(0, space), &Word::word);
  if (word == words.end()) return std::nullopt;
  JobAnswer answer;
  answer.id = id;
  answer.state = word->state;
  answer.text = text.substr(space + 1);
  return answer;
}

}  // namespace zhida::effect_service::verify
