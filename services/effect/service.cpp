#include "effect/service.hpp"

#include "platform/runtime/graceful_stop.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace zhida::effect_service {
namespace {

namespace asio = boost::asio;

/// The next instant behind `now` that is so far behind a midnight.
domain::Instant next_at(domain::Instant now, std::chrono::minutes behind_midnight) {
  const domain::Date today = domain::date_of(now);
  const domain::Instant at = domain::start_of(today) + behind_midnight;
  return at > now ? at : domain::start_of(today + std::chrono::days(1)) + behind_midnight;
}

void report(const observe::Log& journal, const verify::Job& job) {
  if (job.state == verify::Job::State::failed)
    journal.warning("effect.verify_failed", {{"job", job.id}, {"reason", job.failure}});
  else if (job.differences.count() != 0)
    journal.error("effect.verify_differs", {{"job", job.id}, {"different", job.differences.count()}, {"facts", job.facts}});
  else
    journal.info("effect.verified", {{"job", job.id}, {"facts", job.facts}, {"took_ms", job.took.count()}});
}

}  // namespace

Service::Service(const Dependencies& with, Settings settings)
    : with_(with),
      settings_(settings),
      snapshots_(with.redis, with.fold, with.deliveries.partitions(), with.progress),
      verified_(with_.metrics.counter("zhida_verify_total", "Comparisons of what is served with the log.")),
      different_(with_.metrics.gauge("zhida_verify_different", "Values that the last comparison found to differ from the log.")),
      verifier_(
          with.executor, verify::CheckTools{with.log, with.redis, snapshots_, with.pool},
          [this](const verify::Job& job) {
            report(with_.journal, job);
            if (job.state != verify::Job::State::done) return;
            verified_.increment();
            different_.set(static_cast<double>(job.differences.count()));
          },
          verify::Verifier::Settings{settings.verify_slice}),
      shared_jobs_(with.redis, with.journal),
      campaign_routes_(with.catalog, snapshots_, with.deliveries),
      item_route_(with.catalog, with.profiles, snapshots_, with.deliveries, with.now),
      metrics_route_(with.catalog, with.reference, snapshots_, with.deliveries),
      intents_export_(with.log, with.catalog, snapshots_, with.deliveries, with.profiles, with.pool),
      verify_routes_(verifier_, settings.one_of_many ? &shared_jobs_ : nullptr, settings.verify_patience) {}

void Service::add_routes(http::Router& router) {
  campaign_routes_.add_to(router);
  item_route_.add_to(router);
  metrics_route_.add_to(router);
  intents_export_.add_to(router);
  verify_routes_.add_to(router);
}

asio::awaitable<void> Service::run_nightly() {
  if (!settings_.nightly) co_return;
  asio::steady_timer timer(with_.executor);
  for (;;) {
    timer.expires_after(next_at(with_.now(), *settings_.nightly) - with_.now());
    co_await runtime::wait_for_work(timer.async_wait(asio::use_awaitable));
    verifier_.begin(verify::new_job_id(), "");  // unless somebody asked for one just now
  }
}

}  // namespace zhida::effect_service
