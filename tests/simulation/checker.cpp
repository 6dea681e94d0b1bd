#include "simulation/checker.hpp"

#include "contracts/dead_letters/dead_letter.hpp"
#include "contracts/receipts/receipts_recorded.hpp"
#include "contracts/topics.hpp"
#include "simulation/counting.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace zhida::simulation {
namespace {

namespace topics = contracts::topics;
using contracts::CatalogEvent;
using Problems = std::vector<std::string>;

std::string name(campaign::State state) { return std::string(domain::name_of(state)); }

bool may_follow(campaign::State before, campaign::State after) {
  using enum campaign::State;
  static const std::map<campaign::State, std::set<campaign::State>> legal{
      {draft, {draft, in_review, cancelled, expired}},
      {in_review, {draft, approved, scheduled, rejected, cancelled, expired}},
      {approved, {draft, running, cancelled, expired}},
      {scheduled, {draft, running, cancelled, expired, failed}},
      {running, {paused, completed, cancelled, expired, failed}},
      {paused, {running, cancelled, expired, failed}},
  };
  const auto found = legal.find(before);
  return found != legal.end() && found->second.contains(after);
}

/// What became of every command, by the records of `commands` and `catalog` alone.
class Catalogue {
 public:
  Catalogue(const Brokers& brokers, const Truth& truth, Problems& problems) : problems_(problems) {
    for (const log::RecordPtr& record : brokers.records(topics::catalog, 0)) take(*record);
    for (const log::RecordPtr& record : brokers.records(topics::commands, 0)) {
      const auto command = contracts::command_requested_from_json(record->value);
      const std::string id = command ? command->command : "poison-" + std::to_string(record->offset);
      if (!first_.contains(id)) problems_.push_back("command " + id + " has no outcome");
    }
    for (const auto& [id, shown] : truth.answers) {
      const auto found = first_.find(id);
      if (found == first_.end() || found->second.outcome != shown.outcome || found->second.revision != shown.revision)
        problems_.push_back("the asker of command " + id + " was shown something else than the log says");
    }
  }

  const std::map<std::string, campaign::Campaign>& campaigns() const { return campaigns_; }

 private:
  void take(const log::Record& record) {
    const auto read = contracts::catalog_event_from_json(record.event.type, record.value);
    if (!read) return;  // poison: its dead letter is checked
    const CatalogEvent& event = *read;
    const bool refused = std::holds_alternative<contracts::CommandRefused>(event.outcome);
    const bool is_first = first_.try_emplace(event.command, event).second;
    std::uint64_t& revision = revisions_[event.key()];
    if (!is_first || refused) return;  // of several outcomes of a command the first counts
    if (event.revision != revision + 1) {
      problems_.push_back("the outcome of command " + event.command + " does not count");
      return;
    }
    revision = event.revision;
    if (const auto* changed = std::get_if<contracts::CampaignChanged>(&event.outcome)) move(event.entity, changed->campaign);
  }

  void move(const std::string& id, const campaign::Campaign& next) {
    const auto known = campaigns_.find(id);
    if (known == campaigns_.end()) {
      if (next.state != campaign::State::draft) problems_.push_back(id + " begins as " + name(next.state));
      campaigns_[id] = next;
      return;
    }
    if (!may_follow(known->second.state, next.state))
      problems_.push_back(id + " went from " + name(known->second.state) + " to " + name(next.state));
    known->second = next;
  }

  Problems& problems_;
  std::map<std::string, CatalogEvent> first_;  // command → its outcome
  std::map<std::string, std::uint64_t> revisions_;
  std::map<std::string, campaign::Campaign> campaigns_;
};

void check_audience(const Counting& counted, const Catalogue& catalogue, const Cluster& cluster, Problems& problems) {
  for (const auto& [id, campaign] : catalogue.campaigns()) {
    if (!campaign::is_terminal(campaign.state)) problems.push_back(id + " ended as " + name(campaign.state));
    const auto number = *delivery::parse_campaign(id);
    const auto intents = counted.of(number);
    if (!campaign.started_at) {
      if (!intents.empty()) problems.push_back(id + " never ran and has intents");
      continue;
    }
    const auto reach = cluster.truth().campaigns.find(id);
    if (reach == cluster.truth().campaigns.end()) continue;
    const std::set<enterprise::Uscc>& moved = cluster.truth().moved;
    for (const enterprise::Uscc& uscc : reach->second)
      if (!intents.contains(uscc) && !moved.contains(uscc)) problems.push_back(id + " has no intent for " + std::string(uscc.text()));
    for (const auto& [uscc, intent] : intents) {
      if (!reach->second.contains(uscc) && !moved.contains(uscc))
        problems.push_back(id + " has an intent for " + std::string(uscc.text()) + ", which does not fit");
      if (!delivery::is_closed(intent.state())) problems.push_back(id + ": the intent for " + std::string(uscc.text()) + " is open");
    }
    // Nobody sends on for long after the end: a process may be frozen for three seconds, and clocks differ by three.
    if (campaign.state == campaign::State::completed || !campaign.ended_at) continue;
    for (const auto& [uscc, intent] : intents)
      for (const domain::Instant at : intent.deliveries)
        if (at > *campaign.ended_at + std::chrono::seconds(8))
          problems.push_back(id + " was sent to " + std::string(uscc.text()) + " long after its end");
  }
}

void check_marks(const Counting& counted, const Cluster& cluster, Problems& problems) {
  for (const auto& [number, marks] : counted.marks()) {
    const auto served = cluster.served().marks.find(number);
    if (served == cluster.served().marks.end()) continue;
    for (std::size_t p = 0; p < served->second.size(); ++p) {
      const auto found = marks.find(static_cast<int>(p));
      if (found != marks.end() && (!served->second[p] || served->second[p]->intents != found->second))
        problems.push_back("c" + std::to_string(number) + ": the mark served is not the first");
    }
  }
}

void check_served(const Counting& counted, const Cluster& cluster, Problems& problems) {
  for (const auto number : counted.campaigns()) {
    const auto served = cluster.served().campaigns.find(number);
    if (served == cluster.served().campaigns.end()) {
      problems.push_back("c" + std::to_string(number) + " is not served");
      continue;
    }
    for (std::string& difference : differences(counted.funnel(number), served->second.campaign))
      problems.push_back("c" + std::to_string(number) + ": " + std::move(difference));
  }
  for (const auto& [uscc, ledger] : cluster.served().ledgers) {
    std::size_t decided = 0;
    for (const delivery::IntentRecord& record : ledger.intents) {
      if (!record.decision) continue;
      ++decided;
      const auto intents = counted.of(record.key.campaign);
      const auto found = intents.find(uscc);
      if (found == intents.end() || found->second.state() != record.status().state)
        problems.push_back("the ledger of " + std::string(uscc.text()) + " says something else than the log about c" +
                           std::to_string(record.key.campaign));
    }
    if (decided != counted.intents_of(uscc)) problems.push_back("the ledger of " + std::string(uscc.text()) + " lacks intents");
  }
}

void check_acknowledged(const Counting& counted, const Cluster& cluster, Problems& problems) {
  const Brokers& brokers = cluster.brokers();
  std::set<std::string> kept;
  for (int p = 0; p < cluster.partitions(); ++p)
    for (const log::RecordPtr& record : brokers.records(topics::profiles, p)) kept.insert(record->event.id);
  for (const std::string& id : cluster.truth().acknowledged)
    if (!kept.contains(id)) problems.push_back("record " + id + " was acknowledged and is not in the log");
  for (const auto& [id, done] : cluster.truth().engagements)
    if (done.acknowledged && !counted.engagements().contains(id))
      problems.push_back("engagement " + id + " was acknowledged and is not in its enterprise's partition");
  for (const std::string& id : counted.engagements())
    if (!cluster.truth().engagements.contains(id)) problems.push_back("engagement " + id + " was done by nobody");
}

void check_dead_letters(const Cluster& cluster, Problems& problems) {
  std::set<std::string> letters;
  for (int p = 0; p < cluster.partitions(); ++p)
    for (const log::RecordPtr& record : cluster.brokers().records(topics::dead_letters, p)) {
      const auto letter = contracts::read_dead_letter(record->value);
      if (letter) letters.insert(letter->id());
    }
  for (const std::string& id : cluster.truth().poison)
    if (!letters.contains(id)) problems.push_back("poison " + id + " has no dead letter");
  for (const std::string& id : letters)
    if (!cluster.truth().poison.contains(id)) problems.push_back("dead letter " + id + " is about something good");
}

// Every outcome that counts has somebody who is named for it.
void check_audit(const Cluster& cluster, Problems& problems) {
  std::set<std::string> named;
  for (const log::RecordPtr& record : cluster.brokers().records(topics::audit, 0)) {
    const auto audit = contracts::audit_recorded_from_json(record->value);
    if (audit) named.insert(audit->command);
  }
  for (const auto& [id, event] : cluster.truth().answers)
    if (!named.contains(id)) problems.push_back("command " + id + " has no audit record");
}

}  // namespace

Problems check(const Cluster& cluster) {
  Problems problems;
  const Catalogue catalogue(cluster.brokers(), cluster.truth(), problems);
  const Counting counted(cluster.brokers(), cluster.partitions());
  check_audience(counted, catalogue, cluster, problems);
  check_marks(counted, cluster, problems);
  check_served(counted, cluster, problems);
  check_acknowledged(counted, cluster, problems);
  check_dead_letters(cluster, problems);
  check_audit(cluster, problems);
  return problems;
}

Problems compare(const RedisModel::Keys& served, const RedisModel::Keys& refolded, int partitions) {
  const auto live = [](const RedisModel::Keys& keys, int partition) {
    std::map<std::string, RedisModel::Hash> state;
    const std::string meta = "zhida:{" + std::to_string(partition) + "}:deliveries";
    const auto found = keys.find(meta);
    if (found == keys.end() || !found->second.hash.contains("live")) return state;
    const std::string& generation = found->second.hash.find("live")->second;
    state["position"] = {{"at", found->second.hash.find(generation)->second}};
    const std::string prefix = meta + ":" + generation + ":";
    for (auto at = keys.lower_bound(prefix); at != keys.end() && at->first.starts_with(prefix); ++at)
      state[at->first.substr(prefix.size())] = at->second.hash;
    return state;
  };
  Problems problems;
  for (int p = 0; p < partitions; ++p)
    if (live(served, p) != live(refolded, p)) problems.push_back("Redis is not what the log folds to in partition " + std::to_string(p));
  return problems;
}

}  // namespace zhida::simulation
