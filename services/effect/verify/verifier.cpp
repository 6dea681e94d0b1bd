#include "effect/verify/verifier.hpp"

#include "platform/runtime/graceful_stop.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace zhida::effect_service::verify {
namespace {

namespace asio = boost::asio;
using boost::system::result;
using Clock = std::chrono::steady_clock;

constexpr std::size_t jobs_kept = 16;
constexpr std::chrono::milliseconds between_tries{200};

}  // namespace

std::shared_ptr<const Job> Verifier::begin(std::string id, std::string asked_by) {
  if (!jobs_.empty() && !jobs_.back()->over()) return nullptr;
  auto job = std::make_shared<Job>();
  job->id = std::move(id);
  job->asked_by = std::move(asked_by);
  jobs_.push_back(job);
  if (jobs_.size() > jobs_kept) jobs_.pop_front();
  changed_.ring();
  return job;
}

std::shared_ptr<const Job> Verifier::find(std::string_view id) const {
  const auto found = std::ranges::find_if(jobs_, [id](const auto& job) { return job->id == id; });
  return found == jobs_.end() ? nullptr : *found;
}

std::shared_ptr<const Job> Verifier::find_asked_by(std::string_view asked_by) const {
  const auto found = std::ranges::find_if(jobs_, [asked_by](const auto& job) { return job->asked_by == asked_by; });
  return found == jobs_.end() ? nullptr : *found;
}

asio::awaitable<bool> Verifier::wait(std::shared_ptr<const Job> job, stores::Notice::Clock::time_point deadline) {
  while (!job->over()) {
    const bool rung = co_await changed_.wait(deadline);
    if (!rung) co_return job->over();
  }
  co_return true;
}

asio::awaitable<void> Verifier::run() {
  for (;;) {
    while (jobs_.empty() || jobs_.back()->over()) co_await runtime::wait_for_work(changed_.wait());
    const std::shared_ptr<Job> job = jobs_.back();
    job->state = Job::State::running;
    co_await work(*job);
    changed_.ring();
    report_(*job);
  }
}

asio::awaitable<void> Verifier::work(Job& job) {
  const auto began = Clock::now();
  for (int partition = 0; partition < tools_.snapshots.partitions(); ++partition) {
    result<PartitionOutcome> outcome = co_await check(partition);
    job.took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began);
    if (!outcome) {
      job.state = Job::State::failed;
      job.failure = "partition " + std::to_string(partition) + ": " + outcome.error().message();
      co_return;
    }
    job.differences.add(std::move(outcome->differences));
    job.facts += outcome->facts;
    job.enterprises += outcome->enterprises;
    for (std::size_t i = 0; i < tools_.snapshots.topics().size(); ++i)
      job.compared_at[tools_.snapshots.topics()[i]].push_back(outcome->at.next[i]);
  }
  job.state = Job::State::done;
}

asio::awaitable<result<PartitionOutcome>> Verifier::check(int partition) {
  const auto deadline = Clock::now() + settings_.patience;
  for (;;) {
    PartitionCheck attempt(tools_, partition, settings_.slice_enterprises);
    result<PartitionOutcome> outcome = co_await attempt.run();
    if (outcome || outcome.error() != stores::Error::unavailable || Clock::now() > deadline) co_return outcome;
    if (co_await runtime::stop_requested()) co_return outcome;
    asio::steady_timer timer(co_await asio::this_coro::executor, between_tries);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

}  // namespace zhida::effect_service::verify
