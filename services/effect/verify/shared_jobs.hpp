#pragma once

#include "effect/verify/job_answer.hpp"
#include "effect/verify/verifier.hpp"
#include "platform/observe/log.hpp"
#include "platform/redis/client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::effect_service::verify {

/// What the jobs of all processes answer, in Redis (schemas/redis.md), so that any process answers for any job.
///
/// Errors of all calls, within a second: Redis is away or refuses. No job depends on it.
class SharedJobs {
 public:
  template <class T>
  using Awaitable = boost::asio::awaitable<boost::system::result<T>>;

  /// Everything referred to must outlive it.
  SharedJobs(redis::Client& redis, const observe::Log& journal) : redis_(redis), journal_(journal) {}

  /// Lets everybody know what the verifier's jobs answer, and again after Redis was lost; until a stop, and then until the running job has
  /// ended. Spawn it in a TaskGroup.
  boost::asio::awaitable<void> run(Verifier& verifier);

  Awaitable<void> share(const Job& job);
  /// Nothing: no process has such a job, or the one that had is gone.
  Awaitable<std::optional<JobAnswer>> find(std::string id);

  /// The id of the job that was asked for so: `id` itself if nobody did before. Its `share` confirms that within a minute.
  Awaitable<std::string> claim(std::string asked_by, std::string id);
  /// There will be no job `id`: its claim, if it has one, is free again.
  Awaitable<void> give_up(std::string asked_by, std::string id);

 private:
  boost::asio::awaitable<void> share_all(const Verifier& verifier);
  Awaitable<std::vector<redis::Reply>> ask(redis::Commands commands);

  redis::Client& redis_;
  const observe::Log& journal_;
  std::string refusal_;  // the last one told
  // Jobs that are over and shared, by id, and their keys.
  std::map<std::string, std::vector<std::string>> settled_;
  std::uint64_t connections_ = 0;  // at which they were
};

}  // namespace zhida::effect_service::verify
