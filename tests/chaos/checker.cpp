#include "chaos/checker.hpp"

#include "flow/story.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <sstream>
#include <thread>

namespace zhida::chaos {
namespace {

using namespace std::chrono_literals;
using flow::text;
using test::Answer;

constexpr int most_of_a_kind = 8;
constexpr std::size_t sample_size = 80;
constexpr std::size_t exports_read = 25;
/// A timeline reads a record of the topic for each of its entries.
constexpr std::size_t timelines_read = 8;

std::int64_t number(const rapidjson::Value& value) { return value.IsInt64() ? value.GetInt64() : 0; }

std::map<std::string, std::int64_t> numbers(const rapidjson::Value& object) {
  std::map<std::string, std::int64_t> all;
  if (object.IsObject())
    for (const auto& member : object.GetObject()) all[member.name.GetString()] = number(member.value);
  return all;
}

Fold::Funnel funnel_of(const Answer& answer) {
  Fold::Funnel funnel;
  funnel.decided = number(answer.at("decided"));
  funnel.delivered = number(answer.at("delivered"));
  funnel.reached = number(answer.at("reached"));
  funnel.by_state = numbers(answer.at("by_state"));
  funnel.by_reason = numbers(answer.at("by_reason"));
  funnel.conversions = number(answer.at("conversions"));
  funnel.impressions = number(answer.at("impressions", "total"));
  funnel.impressions_unique = number(answer.at("impressions", "unique"));
  funnel.impressions_machine = number(answer.at("impressions", "machine"));
  funnel.clicks = number(answer.at("clicks", "total"));
  funnel.clicks_unique = number(answer.at("clicks", "unique"));
  funnel.clicks_machine = number(answer.at("clicks", "machine"));
  return funnel;
}

std::string words(const Fold::Funnel& funnel) {
  std::string all = fmt::format("decided {} delivered {} reached {} conversions {} impressions {}/{}/{} clicks {}/{}/{}", funnel.decided,
                                funnel.delivered, funnel.reached, funnel.conversions, funnel.impressions, funnel.impressions_unique,
                                funnel.impressions_machine, funnel.clicks, funnel.clicks_unique, funnel.clicks_machine);
  for (const auto& [state, count] : funnel.by_state) all += fmt::format(" {}={}", state, count);
  for (const auto& [reason, count] : funnel.by_reason) all += fmt::format(" !{}={}", reason, count);
  return all;
}

/// What an export says of an intent.
std::string row_of(const rapidjson::Value& row) {
  const std::int64_t delivered = row["delivered_at"].IsString() ? Fold::milliseconds(row["delivered_at"].GetString()) : 0;
  return fmt::format("{} (delivered {}, {} impressions)", text(row["state"]), delivered, number(row["impressions"]));
}

std::string row_of(const Fold::Intent& intent) {
  return fmt::format("{} (delivered {}, {} impressions)", intent.status().state, intent.delivered_at, intent.impressions);
}

bool is_over(const std::string& state) { return state == "completed" || state == "cancelled" || state == "expired"; }

/// Whether it was launched at all: an expired or cancelled draft has no audience.
bool was_launched(const Fold::Entity& campaign) {
  return std::ranges::any_of(campaign.history, [](const auto& change) { return change.first == "campaign.launch"; });
}

}  // namespace

void Checker::settle(std::chrono::seconds limit) {
  const auto deadline = Clock::now() + limit;
  for (const auto& [id, pushed] : told_.campaigns) {
    if (!pushed.launched) continue;
    std::string last = "no answer";
    for (bool settled = false; !settled;) {
      const auto campaign = system_.ask(http::Verb::get, "/operator/v1/campaigns/" + id, "operator");
      if (campaign && campaign->status == 200) {
        const auto states = numbers(campaign->at("progress", "by_state"));
        const bool open = std::ranges::any_of(
            states, [](const auto& state) { return state.second != 0 && (state.first == "matched" || state.first == "deferred"); });
        settled = is_over(text(campaign->at("state"))) && campaign->at("progress", "audience").IsInt() && !open;
        last = text(campaign->at("state")) + " " + text(campaign->at("progress"));
      }
      if (settled) break;
      if (Clock::now() > deadline) {
        unsettled_.push_back(id + " does not come to an end: " + last);
        break;
      }
      std::this_thread::sleep_for(100ms);
    }
  }
}

std::vector<std::string> Checker::judge(Depth depth) {
  last_ = Clock::now();
  times_.clear();
  findings_.clear();
  findings_by_kind_.clear();
  fold_ = Fold();
  fold_.pass_over(injector_.unusable());
  const Topics topics(system_.brokers().direct());
  topics.read_all([this](const Raw& record) { fold_.take(record); });
  fold_.finish();
  for (const std::string& what : unsettled_) find("rest", what);
  for (const std::string& what : told_.wrong) find("an earlier answer", what);
  for (const std::string& what : fold_.broken) find("the topics", what);
  timed("the topics", nullptr);
  timed("audiences", &Checker::check_audiences);
  timed("states", &Checker::check_states);
  timed("stops", &Checker::check_stops);
  timed("reasons", &Checker::check_reasons);
  timed("told", &Checker::check_told);
  timed("dead letters", &Checker::check_dead_letters);
  timed("funnels", &Checker::check_funnels);
  if (depth == Depth::everything) {
    timed("exports", &Checker::check_exports);
    timed("inboxes", &Checker::check_inboxes);
    timed("profiles", &Checker::check_profiles);
  }
  for (const auto& [kind, count] : findings_by_kind_)
    if (count > most_of_a_kind) findings_.push_back(fmt::format("{}: {} findings in all", kind, count));
  return findings_;
}

std::string Checker::summary() const {
  std::string suppressed;
  for (const auto& [reason, count] : suppressed_) suppressed += fmt::format(", {} {}", count, reason);
  return fmt::format(
      "{} records; {} intents of {} campaigns{}; {} engagements, {} outcomes, {} conversions, {} commands, {} dead letters; {} records of "
      "the catalogue and the audit and {} intents too late to count; {} deliveries decided more than 5 s after a pause, a cancellation, an "
      "end or a withdrawal; it took: {}",
      fold_.records, fold_.intents.size(), fold_.funnels.size(), suppressed, fold_.engagement_ids.size(), fold_.outcome_ids.size(),
      conversions_, fold_.commands.size(), fold_.dead_letters.size(), fold_.stale, fold_.void_intents, late_deliveries_, times_);
}

void Checker::timed(const char* what, void (Checker::*check)()) {
  if (check != nullptr) (this->*check)();
  const auto now = Clock::now();
  const double seconds = std::chrono::duration<double>(now - last_).count();
  if (seconds >= 1) times_ += fmt::format("{}{} {:.1f} s", times_.empty() ? "" : ", ", what, seconds);
  last_ = now;
}

void Checker::find(const std::string& about, const std::string& what) {
  if (++findings_by_kind_[about] <= most_of_a_kind) findings_.push_back(about + ": " + what);
}

void Checker::check_audiences() {
  std::map<std::string, std::multiset<std::string>> decided;
  for (const auto& [id, intent] : fold_.intents)
    if (intent.decided) decided[intent.campaign].insert(intent.uscc);
  for (const auto& [id, pushed] : told_.campaigns) {
    const auto entity = fold_.catalogue.find("campaign/" + id);
    if (entity == fold_.catalogue.end() || !was_launched(entity->second)) {
      if (decided.contains(id)) find("audiences", id + " was never launched and has intents");
      continue;
    }
    std::set<std::string> wanted(pushed.list.begin(), pushed.list.end());
    if (!pushed.org_form.empty())
      for (const auto& [uscc, attributes] : fold_.profiles)
        if (const auto form = attributes.find("org_form"); form != attributes.end() && form->second == "\"" + pushed.org_form + "\"")
          wanted.insert(uscc);
    const std::multiset<std::string>& have = decided[id];
    for (const std::string& uscc : wanted)
      if (have.count(uscc) != 1) find("audiences", fmt::format("{} has {} intents for {}", id, have.count(uscc), uscc));
    for (const std::string& uscc : have)
      if (!wanted.contains(uscc)) find("audiences", fmt::format("{} has an intent for {}, who is not meant", id, uscc));
  }
  std::map<std::pair<std::string, std::int32_t>, std::int64_t> counted;
  for (const auto& [id, intent] : fold_.intents)
    if (intent.decided) ++counted[{id.substr(0, id.rfind('.')), intent.partition}];
  for (const auto& [place, n] : fold_.decided_marks)
    if (counted[place] < n)
      find("audiences",
           fmt::format("partition {} of {} says that it decided {}, there are {}", place.second, place.first, n, counted[place]));
}

void Checker::check_states() {
  for (const auto& [id, intent] : fold_.intents) {
    if (!intent.decided) continue;
    const Fold::Status& status = intent.status();
    if (!status.closed) find("states", id + " is still " + status.state);
    const auto campaign = fold_.catalogue.find("campaign/" + intent.campaign);
    if (campaign == fold_.catalogue.end()) {
      find("states", id + " belongs to no campaign");
      continue;
    }
  }
}

void Checker::check_stops() {
  // An owner that was frozen or cut off at the wrong moment stamps what it had decided with the time of its decision, at the latest this
  // long after a stop that it could not hear of.
  constexpr std::int64_t under_faults = 45'000;
  constexpr std::int64_t promptly = 5'000;
  constexpr std::int64_t for_ever = std::numeric_limits<std::int64_t>::max();
  std::map<std::string, std::vector<std::pair<std::int64_t, std::int64_t>>> stops;  // by campaign: from, to
  for (const auto& [name, entity] : fold_.catalogue)
    for (const auto& [kind, at] : entity.history) {
      const std::string id = name.substr(name.find('/') + 1);
      if (kind == "campaign.pause" || kind == "campaign.cancel" || kind == "campaign.expire") stops[id].emplace_back(at, for_ever);
      if (kind == "campaign.resume" && !stops[id].empty()) stops[id].back().second = at;
      if (kind == "item.withdraw") withdrawn_.emplace(id, at);
    }
  std::set<std::string> in_calm;
  for (const auto& [id, pushed] : told_.campaigns) {
    if (pushed.in_calm) in_calm.insert(id);
    if (const auto found = withdrawn_.find(pushed.package + "-item"); found != withdrawn_.end())
      stops[id].emplace_back(found->second, for_ever);
  }
  for (const auto& [id, intent] : fold_.intents) {
    const auto found = stops.find(intent.campaign);
    if (found == stops.end() || intent.delivered_at == 0) continue;
    for (const auto& [from, to] : found->second) {
      if (intent.delivered_at <= from + promptly || intent.delivered_at >= to) continue;
      ++late_deliveries_;
      const std::int64_t late = intent.delivered_at - from;
      if (late > under_faults || in_calm.contains(intent.campaign))
        find(late > under_faults ? "stops" : "in time", fmt::format("{} was delivered {} ms after its campaign was stopped", id, late));
    }
  }
}

void Checker::check_reasons() {
  // What is said here of applications is so for items without windows.
  constexpr std::int64_t under_faults = 60'000;
  std::map<std::string, const Pushed*> campaigns;
  for (const auto& [id, pushed] : told_.campaigns) campaigns[id] = &pushed;
  for (const auto& [id, intent] : fold_.intents) {
    const auto campaign = campaigns.find(intent.campaign);
    if (!intent.decided || campaign == campaigns.end()) continue;
    const std::string item = campaign->second->package + "-item";
    std::optional<std::int64_t> applied;
    if (const auto outcomes = fold_.outcomes.find(intent.uscc); outcomes != fold_.outcomes.end())
      for (const Fold::Outcome& outcome : outcomes->second)
        if (outcome.item == item && (outcome.type == "applied" || outcome.type == "granted") && !applied) applied = outcome.at;
    const Fold::Status& status = intent.status();
    if (status.state == "suppressed") {
      ++suppressed_[status.reason];
      const bool right = (status.reason == "item_withdrawn" && withdrawn_.contains(item)) ||
                         (status.reason == "already_applied" && applied && *applied <= status.at + under_faults);
      if (!right) find("reasons", fmt::format("{} was suppressed for {}, which is not so", id, status.reason));
    } else if (intent.delivered_at != 0 && applied && intent.delivered_at > *applied + under_faults) {
      find("reasons", fmt::format("{} was delivered {} ms after an application", id, intent.delivered_at - *applied));
    }
  }
}

void Checker::check_told() {
  for (const auto& [kind, entity] : told_.commands)
    if (!fold_.done.contains({kind, entity})) find("acknowledged", kind + " of " + entity + " is not in the catalogue");
  for (const std::string& id : told_.engagements)
    if (!fold_.engagement_ids.contains(id)) find("acknowledged", "engagement " + id + " is lost");
  for (const std::string& id : told_.outcomes)
    if (!fold_.outcome_ids.contains(id)) find("acknowledged", "outcome " + id + " is lost");
  for (const auto& patch : told_.employees)
    if (!fold_.employees.contains(patch)) find("acknowledged", fmt::format("{} employees of {} are lost", patch.second, patch.first));
  for (const std::string& command : fold_.commands)
    if (!fold_.outcomes_of_commands.contains(command)) find("commands", "command " + command + " has no outcome");
}

void Checker::check_dead_letters() {
  const std::set<std::string> poisoned = injector_.poisoned();
  for (const std::string& id : poisoned)
    if (!fold_.dead_letters.contains(id)) find("dead letters", "none for " + id);
  for (const auto& [id, times] : fold_.dead_letters)
    if (!poisoned.contains(id)) find("dead letters", "one for " + id + ", which is sound");
}

std::optional<Answer> Checker::get(const std::string& target, const std::string& role) const {
  const auto deadline = Clock::now() + 30s;
  for (;;) {
    auto answer = system_.ask(http::Verb::get, target, role);
    if (answer && answer->status == 200) return answer;
    if (Clock::now() > deadline) return std::nullopt;
    std::this_thread::sleep_for(100ms);
  }
}

void Checker::check_funnels() {
  // A fold may be a second behind what was appended last, so a difference must stay.
  const auto deadline = Clock::now() + 15s;
  std::set<std::string> holders;
  for (const auto& [id, pushed] : told_.campaigns)
    if (pushed.package == Pushed().package) holders.insert(id);
  const std::map<std::string, std::int64_t> credited = fold_.conversions(Pushed().package + "-item", holders);
  for (const auto& [id, count] : credited) conversions_ += count;
  for (auto& [id, funnel] : fold_.funnels)
    if (const auto found = credited.find(id); found != credited.end()) funnel.conversions = found->second;
  for (const auto& [id, expected] : fold_.funnels) {
    std::string said = "no answer";
    for (bool equal = false; !equal;) {
      const auto answer = get("/effect/v1/campaigns/" + id + "/funnel", "analyst");
      if (answer) {
        const Fold::Funnel funnel = funnel_of(*answer);
        said = words(funnel);
        equal = funnel == expected && number(answer->at("audience")) == expected.decided;
        if (text(answer->at("invariants")) != "hold") find("funnels", id + " breaks " + text(answer->at("invariants")));
      }
      if (equal) break;
      if (!answer || Clock::now() > deadline) {
        find("funnels", fmt::format("{} says {}; the topics say {}", id, said, words(expected)));
        break;
      }
      std::this_thread::sleep_for(200ms);
    }
  }
}

void Checker::check_exports() {
  std::map<std::string, std::map<std::string, const Fold::Intent*>> by_campaign;
  for (const auto& [id, intent] : fold_.intents)
    if (intent.decided) by_campaign[intent.campaign][id] = &intent;
  // Each export reads the topic once from the campaign's first block to its last, so many of them would take for ever.
  const std::size_t step = std::max<std::size_t>(1, by_campaign.size() / exports_read);
  std::size_t i = 0;
  for (const auto& [campaign, wanted] : by_campaign) {
    if (i++ % step != 0) continue;
    const auto answer = get("/effect/v1/campaigns/" + campaign + "/intents?format=ndjson", "analyst");
    if (!answer) {
      find("exports", campaign + " cannot be exported");
      continue;
    }
    std::map<std::string, int> seen;
    std::istringstream lines(answer->body);
    for (std::string line; std::getline(lines, line);) {
      rapidjson::Document row;
      row.Parse(line.c_str());
      if (row.HasParseError() || !row.IsObject() || !row.HasMember("intent")) continue;
      const std::string id = text(row["intent"]);
      ++seen[id];
      const auto known = wanted.find(id);
      if (known == wanted.end())
        find("exports", id + " stands in no topic");
      else if (const std::string said = row_of(row), wanted_row = row_of(*known->second); said != wanted_row)
        find("exports", fmt::format("{} is said to be {}; the topics say {}", id, said, wanted_row));
    }
    for (const auto& [id, intent] : wanted)
      if (seen[id] != 1) find("exports", fmt::format("{} is exported {} times", id, seen[id]));
  }
}

std::vector<std::string> Checker::sample_of_enterprises() const {
  std::set<std::string> all;
  for (const auto& [id, intent] : fold_.intents)
    if (intent.decided) all.insert(intent.uscc);
  std::vector<std::string> sample;
  const std::size_t step = std::max<std::size_t>(1, all.size() / sample_size);
  std::size_t i = 0;
  for (const std::string& uscc : all)
    if (i++ % step == 0) sample.push_back(uscc);
  return sample;
}

void Checker::check_inboxes() {
  std::map<std::string, std::set<std::string>> readable;
  std::map<std::string, std::map<std::string, std::string>> known;
  for (const auto& [id, intent] : fold_.intents) {
    if (!intent.decided) continue;
    known[intent.uscc][id] = intent.status().state;
    if (intent.status().state == "delivered") readable[intent.uscc].insert(id);
  }
  const std::vector<std::string> sample = sample_of_enterprises();
  const std::size_t step = std::max<std::size_t>(1, sample.size() / timelines_read);
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const std::string& uscc = sample[i];
    const auto inbox = get("/page/v1/enterprises/" + uscc + "/inbox?limit=1000", "page");
    std::multiset<std::string> shown;
    if (inbox)
      for (const auto& item : inbox->at("items").GetArray()) shown.insert(text(item["intent"]));
    const std::multiset<std::string> wanted(readable[uscc].begin(), readable[uscc].end());
    if (shown != wanted) find("inboxes", fmt::format("{} reads {} messages, not {}", uscc, shown.size(), wanted.size()));
    if (i % step != 0) continue;
    const auto timeline = get("/operator/v1/enterprises/" + uscc + "/timeline?limit=1000", "operator");
    std::map<std::string, std::string> told;
    if (timeline)
      for (const auto& item : timeline->at("items").GetArray())
        if (!told.emplace(text(item["intent"]), text(item["state"])).second) find("timelines", text(item["intent"]) + " stands twice");
    if (told != known[uscc])
      find("timelines", fmt::format("{} has {} entries, not {}, or other states", uscc, told.size(), known[uscc].size()));
  }
}

void Checker::check_profiles() {
  for (const std::string& uscc : sample_of_enterprises()) {
    const auto& attributes = fold_.profiles[uscc];
    const auto wanted = attributes.find("employees");
    const auto profile = get("/operator/v1/enterprises/" + uscc, "data_centre");
    const std::string said = profile ? text(profile->at("attributes", "employees", "value")) : "no answer";
    if (said != (wanted == attributes.end() ? "null" : wanted->second))
      find("profiles",
           fmt::format("{} has {} employees, the topics say {}", uscc, said, wanted == attributes.end() ? "null" : wanted->second));
  }
}

}  // namespace zhida::chaos
