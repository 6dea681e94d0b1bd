#include "operator/commands/campaign_clock.hpp"

#include "domain/campaign/decide.hpp"
#include "domain/delivery/intent_id.hpp"
#include "operator/commands/campaign_facts.hpp"
#include "operator/commands/changed_campaigns.hpp"
#include "platform/http/problem.hpp"
#include "platform/runtime/graceful_stop.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <utility>
#include <variant>
#include <vector>

namespace zhida::operators {
namespace {

namespace asio = boost::asio;
using campaign::State;
using contracts::CommandKind;

}  // namespace

asio::awaitable<void> CampaignClock::run() {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    timer.expires_after(std::chrono::milliseconds(250));
    co_await runtime::wait_for_work(timer.async_wait(asio::use_awaitable));
    if (!catalog_.ready()) continue;
    std::erase_if(failures_, [this](const auto& failure) {
      const auto campaign = catalog_.campaign(failure.first);
      return !campaign || campaign::is_terminal(campaign->state);
    });
    const std::uint64_t version = catalog_.version();
    bool looked_at_all = true;
    std::vector<std::shared_ptr<const campaign::Campaign>> open;
    for (const auto& [id, campaign] : catalog_.campaigns())
      if (!campaign::is_terminal(campaign->state)) open.push_back(campaign);
    for (const auto& campaign : open) {
      std::string failure;
      try {
        co_await look_at(*campaign);
      } catch (const http::Refused& unavailable) {
        failure = unavailable.what();  // the log does not answer now: the next round asks again
      }
      looked_at_all = looked_at_all && failure.empty();
      if (!failure.empty()) journal_.warning("clock.waits", {{"campaign", campaign->id}, {"reason", failure}});
    }
    if (looked_at_all) contents_seen_ = version;
  }
}

void CampaignClock::report_failure(std::string_view campaign, std::string_view reason) {
  failures_.try_emplace(std::string(campaign), reason);
}

asio::awaitable<void> CampaignClock::fail(const campaign::Campaign& campaign, std::string reason) {
  journal_.error("campaign.fails", {{"campaign", campaign.id}, {"reason", reason}});
  co_await gateway_.submit_for_system(CommandKind::campaign_fail, campaign.id, campaign.revision, std::move(reason));
}

asio::awaitable<void> CampaignClock::look_at(const campaign::Campaign& campaign) {
  // Who changes a content returns its campaigns to draft at once; what a crash left undone is done here.
  if (contents_seen_ != catalog_.version() && awaits_launch(campaign.state) && is_content_changed(campaign, catalog_, rules_)) {
    co_await gateway_.return_to_draft(campaign);
    co_return;
  }
  if (const auto command = campaign::due(campaign, now_())) {
    const bool over = std::holds_alternative<campaign::Expire>(*command);
    if (!over) {
      // A start that is refused now would be refused for ever: what it asks about does not come back by itself.
      const campaign::Facts facts = campaign_facts(campaign, catalog_, rules_, now_());
      const auto started = campaign::decide(campaign, *command, "", now_(), facts);
      if (started.has_error()) {
        co_await fail(campaign, campaign::failure_of(started.error()));
        co_return;
      }
    }
    co_await gateway_.submit_for_system(over ? CommandKind::campaign_expire : CommandKind::campaign_start, campaign.id, campaign.revision,
                                        "");
    co_return;
  }
  if (const auto failure = failures_.find(campaign.id); failure != failures_.end()) {
    const std::string reason = failure->second;
    co_await fail(campaign, reason);
    co_return;
  }
  if (campaign.state != State::running) co_return;
  const bool done = co_await is_done(campaign);
  if (done) co_await gateway_.submit_for_system(CommandKind::campaign_complete, campaign.id, campaign.revision, "");
}

asio::awaitable<bool> CampaignClock::is_done(const campaign::Campaign& campaign) {
  const auto number = delivery::parse_campaign(campaign.id);
  delivery::IntentKeyView key;
  key.campaign = number.value();
  const auto decided = co_await deliveries_.decided(key);
  if (decided.has_error()) co_return false;
  if (std::ranges::any_of(*decided, [](const auto& mark) { return !mark.has_value(); })) co_return false;
  const auto totals = co_await deliveries_.campaign(*number);
  if (totals.has_error()) co_return false;
  std::int64_t open = 0;
  for (std::size_t state = 0; state < totals->campaign.by_state.size(); ++state)
    if (!delivery::is_closed(static_cast<delivery::State>(state))) open += totals->campaign.by_state[state];
  co_return open == 0;
}

}  // namespace zhida::operators
