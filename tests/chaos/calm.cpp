#include "chaos/calm.hpp"

#include "flow/story.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <thread>

namespace zhida::chaos {
namespace {

using namespace std::chrono_literals;
using http::Verb;
using std::chrono::milliseconds;

constexpr auto patience = 40s;
constexpr std::size_t few = 40;  ///< enterprises; they are in every partition

milliseconds since(Clock::time_point then) { return std::chrono::duration_cast<milliseconds>(Clock::now() - then); }

bool is_open(const std::string& state) { return state == "matched" || state == "deferred"; }

}  // namespace

template <class Condition>
std::optional<milliseconds> Calm::took(Clock::time_point from, std::chrono::seconds limit, Condition condition) const {
  while (!condition()) {
    if (Clock::now() > from + limit) return std::nullopt;
    std::this_thread::sleep_for(30ms);
  }
  return since(from);
}

void Calm::kill_in_turn(int count, std::chrono::seconds limit) {
  static const std::array<std::string, 11> processes{"matcher",   "dispatcher",   "operator", "effect",     "page",  "gateway",
                                                     "matcher-2", "dispatcher-2", "effect-2", "operator-2", "page-2"};
  const std::size_t first = random_();
  for (int i = 0; i < count; ++i) {
    const std::string& process = processes[(first + static_cast<std::size_t>(i)) % processes.size()];
    rest_until_all_live();
    const std::vector<std::string> audience = some(few);
    const auto campaign = traffic_.approved(audience, "urgent");
    if (!campaign || !kill(process)) continue;
    const auto killed = Clock::now();
    const auto decided = took(killed, patience, [&] { return traffic_.launch(*campaign); });
    const auto done = took(killed, patience, [&] { return is_done(*campaign, few) && is_readable(*campaign, audience); });
    const std::string service = process.substr(0, process.find('-'));
    note("taken over from " + service, decided ? done : std::nullopt, limit);
  }
}

void Calm::stop_and_go(std::chrono::seconds limit) {
  rest_until_all_live();
  const std::size_t all = traffic_.enterprises().size();
  const auto paused = traffic_.approved(traffic_.enterprises(), "normal");
  const auto cancelled = traffic_.approved(traffic_.enterprises(), "bulk");
  constexpr auto lifetime = 9s;
  if (!paused || !cancelled || !kill("dispatcher") || !kill("dispatcher-2")) return;
  const auto killed = Clock::now();
  const auto made = Clock::now();
  const auto expiring = traffic_.approved(traffic_.enterprises(), "normal", lifetime);
  if (!expiring) return;
  const bool launched = traffic_.launch(*paused) && traffic_.launch(*cancelled) && traffic_.launch(*expiring);
  if (!launched || !traffic_.pause(*paused)) return;
  if (!traffic_.cancel(*cancelled)) return;

  // Of the moment when it can be done: at the latest both dispatchers have the partitions back ten seconds after the kill.
  const auto able = killed + 10s;
  const auto from = [&](Clock::time_point moment) { return std::max(able, moment); };
  const auto at_end = took(from(Clock::now()), patience, [&] { return is_done(*cancelled, all); });
  note("cancelled", at_end, limit);
  note("expired", took(from(made + lifetime), patience, [&] { return is_done(*expiring, all); }), limit);

  // That nothing was sent meanwhile the judge sees in the topics.
  const auto resumed = Clock::now();
  traffic_.end_pause(*paused);
  note("resumed", took(resumed, patience, [&] { return is_done(*paused, all); }), limit);
}

void Calm::note(const std::string& what, std::optional<milliseconds> took, std::chrono::seconds limit) {
  if (took) measured_[what].push_back(std::max(*took, 0ms));
  if (!took)
    findings_.push_back(fmt::format("in time: {}: not within {} s", what, patience.count()));
  else if (*took > limit)
    findings_.push_back(fmt::format("in time: {}: took {} ms", what, took->count()));
}

std::vector<std::string> Calm::measured() const {
  std::vector<std::string> lines;
  for (const auto& [what, times] : measured_) {
    std::vector<std::int64_t> all;
    for (const milliseconds time : times) all.push_back(time.count());
    std::ranges::sort(all);
    lines.push_back(fmt::format("{}: {} ms", what, fmt::join(all, ", ")));
  }
  return lines;
}

bool Calm::kill(const std::string& process) {
  const pid_t pid = system_.pid_of(process);
  if (pid == 0 || ::kill(pid, SIGKILL) != 0) return false;
  ++kills_;
  return true;
}

bool Calm::all_live() const {
  for (const char* service : {"operator", "matcher", "dispatcher", "page", "effect"})
    for (const char* number : {"", "-2"})
      if (system_.pid_of(std::string(service) + number) == 0) return false;
  const auto answer = system_.ask(Verb::get, "/readyz", "");
  return answer && answer->status == 200;
}

void Calm::rest_until_all_live() const {
  took(Clock::now(), patience, [this] { return all_live(); });
  // One that has just been started has to be given its partitions first.
  std::this_thread::sleep_for(4s);
}

std::vector<std::string> Calm::some(std::size_t count) {
  std::vector<std::string> chosen;
  std::ranges::sample(traffic_.enterprises(), std::back_inserter(chosen), static_cast<std::ptrdiff_t>(count), random_);
  return chosen;
}

std::optional<Calm::States> Calm::states(const std::string& campaign) const {
  const auto funnel = system_.ask(Verb::get, "/effect/v1/campaigns/" + campaign + "/funnel", "analyst");
  if (!funnel || funnel->status != 200 || !funnel->at("by_state").IsObject()) return std::nullopt;
  States all;
  for (const auto& state : funnel->at("by_state").GetObject())
    if (state.value.IsInt64()) all[state.name.GetString()] = state.value.GetInt64();
  return all;
}

bool Calm::is_done(const std::string& campaign, std::size_t count) const {
  const auto now = states(campaign);
  if (!now) return false;
  std::int64_t closed = 0;
  for (const auto& [state, intents] : *now) closed += is_open(state) ? 0 : intents;
  return closed == static_cast<std::int64_t>(count);
}

bool Calm::is_readable(const std::string& campaign, const std::vector<std::string>& usccs) const {
  // Not everybody has it in the inbox: who applied already is left out.
  return std::ranges::any_of(usccs, [&](const std::string& uscc) {
    const auto inbox = system_.ask(Verb::get, "/page/v1/enterprises/" + uscc + "/inbox?limit=1000", "page");
    if (!inbox || inbox->status != 200 || !inbox->at("items").IsArray()) return false;
    return std::ranges::any_of(inbox->at("items").GetArray(), [&](const auto& item) { return flow::text(item["campaign"]) == campaign; });
  });
}

}  // namespace zhida::chaos
