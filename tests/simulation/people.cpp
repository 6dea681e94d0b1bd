// Who uses the cluster of a seed: operators, visitors of the pages, the data centre. They ask again until they are answered.

#include "contracts/profiles/profile_patched.hpp"
#include "contracts/topics.hpp"
#include "platform/runtime/timeout.hpp"
#include "simulation/cluster.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <map>
#include <set>
#include <utility>

namespace zhida::simulation {

namespace asio = boost::asio;
using boost::system::result;
using contracts::CommandKind;
using namespace std::chrono_literals;

namespace {

http::Request request_of(const std::string& who, const std::string& key, std::string body) {
  http::Request request;
  request.verb = http::Verb::post;
  request.headers.add("Idempotency-Key", key);
  request.headers.add("If-Match", "*");
  request.body = std::move(body);
  auth::Principal principal;
  principal.key_id = who;
  principal.role = who == "approver" ? auth::Role::approver : auth::Role::operator_;
  principal.bureau = "qfb";
  request.principal = std::make_shared<const auth::Principal>(std::move(principal));
  return request;
}

std::string in_shanghai(domain::Instant at) { return domain::format_instant(at); }

}  // namespace

/// A campaign somebody has in mind.
struct Cluster::Plan {
  std::string title, package, audience, lane;
  std::function<bool(int employees)> fits;
  Nanoseconds begins = 0;
  std::optional<Nanoseconds> valid_for;
  bool scheduled = false;
  int pauses = 0;
  bool is_cancelled = false;
};

asio::awaitable<void> Cluster::sleep(Nanoseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::nanoseconds(time));
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<std::shared_ptr<const contracts::CatalogEvent>> Cluster::ask(CommandKind kind, std::string entity, std::string who,
                                                                             std::string body) {
  const std::string key = "key-" + std::to_string(++ids_);
  for (;;) {
    Node* const node = some_node(true);
    if (node != nullptr) {
      http::Request request = request_of(who, key, body);
      auto asked = node->submit(street_.context.get_executor(), std::move(request), kind, entity);
      result<Node::Outcome> outcome = co_await runtime::within<Node::Outcome>(4s, std::move(asked));
      if (outcome) {
        truth_.answers.emplace((*outcome)->command, **outcome);
        co_return std::move(*outcome);
      }
    }
    co_await sleep(world_.random.between(50, 400) * millisecond);
  }
}

asio::awaitable<void> Cluster::lead(Plan plan) {
  co_await sleep(plan.begins);
  std::string valid_until = "\"2026-12-31\"";
  if (plan.valid_for) {
    const auto end = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    valid_until = "\"" + in_shanghai(end + std::chrono::milliseconds(*plan.valid_for / millisecond)) + "\"";
  }
  std::string schedule;
  if (plan.scheduled) {
    const auto at = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()) + 2'500ms;
    schedule = ",\"schedule\":{\"at\":\"" + in_shanghai(at) + "\"}";
  }
  std::string body = R"({"title":")" + plan.title + R"(","package":")" + plan.package + R"(","audience":)" + plan.audience +
                     R"(,"channels":["page"],"lane":")" + plan.lane + R"(","valid_until":)" + valid_until + schedule + "}";
  const auto made = co_await ask(CommandKind::campaign_create, "", "author", std::move(body));
  const auto* const created = std::get_if<contracts::CampaignChanged>(&made->outcome);
  if (created == nullptr) co_return;
  const std::string id = made->entity;
  std::set<enterprise::Uscc>& reach = truth_.campaigns[id];
  for (const auto& [uscc, employees] : employees_)
    if (plan.fits(employees)) reach.insert(uscc);

  const auto submitted = co_await ask(CommandKind::campaign_submit, id, "author", "");
  if (std::holds_alternative<contracts::CommandRefused>(submitted->outcome)) co_return;
  const std::string hash = std::get<contracts::CampaignChanged>(submitted->outcome).campaign.content_hash;
  std::string approval = R"({"content_hash":")" + hash + "\"}";
  co_await ask(CommandKind::campaign_approve, id, "approver", std::move(approval));
  if (!plan.scheduled) co_await ask(CommandKind::campaign_launch, id, "author", "");
  for (int i = 0; i < plan.pauses; ++i) {
    co_await sleep(world_.random.between(1, 700) * millisecond);
    co_await ask(CommandKind::campaign_pause, id, "author", "");
    co_await sleep(world_.random.between(1, 1'500) * millisecond);
    co_await ask(CommandKind::campaign_resume, id, "author", "");
  }
  if (!plan.is_cancelled) co_return;
  co_await sleep(world_.random.between(1, 900) * millisecond);
  co_await ask(CommandKind::campaign_cancel, id, "author", R"({"reason":"changed"})");
}

asio::awaitable<void> Cluster::withdraw_item(std::string item) {
  co_await sleep(world_.random.between(200, 3'000) * millisecond);
  co_await ask(CommandKind::item_withdraw, std::move(item), "author", "");
}

// At the end nobody leaves a campaign lying about.
asio::awaitable<void> Cluster::close_campaigns() {
  std::vector<std::string> ids;
  for (const auto& [id, reach] : truth_.campaigns) ids.push_back(id);
  for (const std::string& id : ids) {
    if (!nodes_.front()) break;
    const auto campaign = nodes_.front()->catalog().campaign(id);
    if (campaign != nullptr && campaign::is_terminal(campaign->state)) continue;
    if (campaign != nullptr && campaign->state == campaign::State::running) continue;
    if (campaign != nullptr && campaign->state == campaign::State::paused && world_.random.chance(50))
      co_await ask(CommandKind::campaign_resume, id, "author", "");
    else
      co_await ask(CommandKind::campaign_cancel, id, "author", "");
  }
}

asio::awaitable<void> Cluster::visit(int count) {
  static const std::vector<delivery::EngagementType> types{delivery::EngagementType::impression, delivery::EngagementType::seen,
                                                           delivery::EngagementType::click, delivery::EngagementType::click};
  for (int i = 0; i < count; ++i) {
    co_await sleep(world_.random.between(1, 400) * millisecond);
    contracts::EngagementRecorded event;
    event.id = "visit-" + std::to_string(++ids_);
    event.campaign = static_cast<delivery::CampaignNumber>(1 + world_.random.below(3));
    event.uscc = world_.random.pick(enterprises_);
    event.type = world_.random.pick(types);
    if (event.type == delivery::EngagementType::click) event.link = 0;
    event.at = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    Truth::Engagement& known = truth_.engagements[event.id];
    known.campaign = event.campaign;
    known.uscc = event.uscc;
    known.type = event.type;
    while (!known.acknowledged) {
      Node* const node = some_node(false);
      if (node != nullptr) {
        contracts::EngagementRecorded again = event;
        auto sent = node->engage(street_.context.get_executor(), std::move(again));
        const result<void> recorded = co_await runtime::within<void>(3s, std::move(sent));
        known.acknowledged = recorded.has_value();
      }
      if (!known.acknowledged) co_await sleep(world_.random.between(20, 300) * millisecond);
    }
  }
}

// Half of it moves nobody in or out of an audience: whom a campaign is for is known exactly of all others.
asio::awaitable<void> Cluster::report_profiles(int count) {
  static const std::map<int, int> alike{{-1, -1}, {3, 4}, {4, 3}, {12, 50}, {50, 99}, {99, 12}, {100, 400}, {400, 100}};
  for (int i = 0; i < count; ++i) {
    co_await sleep(world_.random.between(1, 1'500) * millisecond);
    const enterprise::Uscc uscc = world_.random.pick(enterprises_);
    int& employees = employees_.at(uscc);
    if (world_.random.chance(50)) {
      employees = alike.at(employees);
    } else {
      static const std::vector<int> any{3, 12, 50, 99, 100, 400};
      employees = world_.random.pick(any);
      truth_.moved.insert(uscc);
    }
    const std::string id = "patch-" + std::to_string(++ids_);
    for (bool kept = false; !kept;) {
      std::vector<log::NewRecord> records(1);
      records[0].topic = contracts::topics::profiles;
      records[0].partition = enterprise::partition_of(uscc, partitions_);
      records[0].key = uscc.text();
      records[0].value = patch(uscc, employees, 2 + i);
      records[0].event.id = id;
      records[0].event.type = contracts::ProfilePatched::type;
      records[0].event.source = "/operator";
      const auto appended = co_await data_centre_->append(std::move(records));
      kept = appended.has_value();
      if (!kept) co_await sleep(50 * millisecond);
    }
    truth_.acknowledged.insert(id);
  }
}

void Cluster::plan_people() {
  struct Audience {
    std::string json;
    std::function<bool(int)> fits;
  };
  static const std::vector<Audience> audiences{
      {R"({"rule":"p.employees >= 12"})", [](int employees) { return employees >= 12; }},
      {R"({"eligible_for":"any"})", [](int employees) { return employees >= 0; }},
      {R"({"rule":"p.employees < 100"})", [](int employees) { return employees >= 0 && employees < 100; }},
  };
  static const std::vector<std::string> lanes{"urgent", "normal", "bulk"};
  const int campaigns = static_cast<int>(1 + world_.random.below(3));
  for (int i = 0; i < campaigns; ++i) {
    const Audience& audience = world_.random.pick(audiences);
    Plan plan;
    plan.title = "campaign " + std::to_string(i);
    plan.package = "p2";
    plan.audience = audience.json;
    plan.fits = audience.fits;
    plan.lane = world_.random.pick(lanes);
    plan.begins = world_.random.between(0, 1'500) * millisecond;
    if (world_.random.chance(20)) plan.valid_for = world_.random.between(2'000, 7'000) * millisecond;
    plan.scheduled = world_.random.chance(15);
    plan.pauses = world_.random.chance(30) ? 1 : 0;
    plan.is_cancelled = world_.random.chance(15);
    people_.spawn(lead(std::move(plan)));
  }
  if (world_.random.chance(15)) people_.spawn(withdraw_item(world_.random.chance(50) ? "i1" : "i2"));
  people_.spawn(visit(static_cast<int>(world_.random.below(25))));
  people_.spawn(report_profiles(static_cast<int>(world_.random.below(8))));
}

}  // namespace zhida::simulation
