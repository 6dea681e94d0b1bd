#pragma once

#include "effect/verify/job.hpp"
#include "platform/http/response.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace zhida::effect_service::verify {

/// What is answered about a job, so that a process can answer for one that it does not have.
struct JobAnswer {
  enum class State { running, done, failed };

  std::string id;
  State state = State::running;
  std::string text;  ///< the JSON that is answered; of a failed job: why it failed

  bool over() const { return state != State::running; }
};

JobAnswer answer_of(const Job& job);
http::Response response_of(JobAnswer answer);

/// As schemas/redis.md has it: `done {"id":…`.
std::string encode(const JobAnswer& answer);
/// Nothing if it is no such text.
std::optional<JobAnswer> decode(std::string_view id, std::string_view text);

}  // namespace zhida::effect_service::verify
