#include "chaos/controls.hpp"

#include "chaos/checker.hpp"
#include "flow/story.hpp"
#include "platform/redis/script.hpp"
#include "stores/fold/scripts.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <thread>

namespace zhida::chaos {
namespace {

using namespace std::chrono_literals;
using http::Verb;

constexpr std::string_view comparison = "if have[1] ~= ARGV[1] or have[2] ~= ARGV[3] then return 0 end\n";

redis::Script without_comparison() {
  std::string source = stores::scripts::commit().source();
  const std::size_t at = source.find(comparison);
  if (at == std::string::npos) throw std::logic_error("the script of the folds compares in other words than this control knows");
  return redis::Script(source.erase(at, comparison.size()));
}

bool has(const std::vector<std::string>& findings, std::initializer_list<std::string_view> kinds) {
  return std::ranges::any_of(findings, [&](const std::string& finding) {
    return std::ranges::any_of(kinds, [&](std::string_view kind) { return finding.starts_with(kind); });
  });
}

class Controls {
 public:
  Controls(System& system, Traffic& traffic, Witness& witness, Injector& injector, std::uint64_t seed)
      : system_(system), traffic_(traffic), witness_(witness), injector_(injector), random_(seed + 31) {}

  std::vector<std::string> judge() {
    const Witness::Told told = witness_.told();
    Checker checker(system_, told, injector_);
    checker.settle(60s);
    return checker.judge(Checker::Depth::sums);
  }

  /// A fold that does not compare: what one writer had in its hands when it was frozen wipes out what its successor wrote.
  bool finds_missing_comparison() {
    const redis::Script spoilt = without_comparison();
    system_.load_script(spoilt.source());
    system_.proxy().replace_script(std::string(stores::scripts::commit().sha()), std::string(spoilt.sha()));
    bool found = false;
    for (int attempt = 0; attempt < 4 && !found; ++attempt) {
      const bool frozen = freeze_a_writer(attempt % 2 == 0 ? "effect" : "effect-2", std::string(spoilt.sha()));
      found = frozen && has(judge(), {"funnels:"});
    }
    system_.proxy().replace_script("", "");
    return found;
  }

  /// Everything folded anew from the topics.
  void repair() { system_.flush_redis(); }

  /// Whoever takes over decides once more, under an id that says when and not what.
  bool finds_ids_without_content() {
    if (!injector_.decide_again()) return false;
    std::this_thread::sleep_for(3s);
    return has(judge(), {"audiences:"});
  }

 private:
  /// The writer is stopped with one impression in its hands; its successor counts others of the same campaign. What it wrote then takes
  /// these out of the sums again, and whoever folds once more from there finds them counted already at their enterprises.
  bool freeze_a_writer(const std::string& service, const std::string& script) {
    const auto campaign = traffic_.approved(traffic_.enterprises(), "normal");
    if (!campaign || !traffic_.launch(*campaign)) return false;
    const Witness::Told told = witness_.told();
    Checker(system_, told, injector_).settle(60s);
    const pid_t pid = system_.pid_of(service);
    if (pid == 0) return false;
    system_.proxy().hold_at_script(pid, script);
    std::size_t shown = 0;
    for (; shown < 60 && !system_.proxy().holds(pid); ++shown) {
      show(*campaign, shown);
      std::this_thread::sleep_for(50ms);
    }
    const bool held = system_.proxy().holds(pid);
    if (held) {
      ::kill(pid, SIGSTOP);
      std::this_thread::sleep_for(9s);
      for (std::size_t i = shown; i < shown + 200; ++i) show(*campaign, i);
      std::this_thread::sleep_for(2s);
      system_.proxy().heal(pid);
      std::this_thread::sleep_for(500ms);
      ::kill(pid, SIGKILL);
    }
    system_.proxy().heal(pid);
    return held;
  }

  /// An impression of the campaign's message to the n-th enterprise.
  void show(const std::string& campaign, std::size_t n) {
    const std::string body = fmt::format(
        R"({{"events":[{{"id":"control-{}","intent":"{}.1.page.{}","item":null,"type":"impression","at":"{}","surface":"home"}}]}})",
        random_(), campaign, traffic_.enterprises()[n], flow::now_text());
    system_.ask(Verb::post, "/page/v1/engagements", "page", body);
  }

  System& system_;
  Traffic& traffic_;
  Witness& witness_;
  Injector& injector_;
  std::mt19937_64 random_;
};

}  // namespace

std::vector<std::string> play_controls(System& system, Traffic& traffic, Witness& witness, Injector& injector, std::uint64_t seed) {
  Controls controls(system, traffic, witness, injector, seed);
  std::vector<std::string> missed;
  if (!controls.finds_missing_comparison()) missed.push_back("control: the judge does not see that a fold writes without compare-and-set");
  controls.repair();
  for (const std::string& finding : controls.judge()) missed.push_back("control: not repaired by folding anew: " + finding);
  if (!controls.finds_ids_without_content()) missed.push_back("control: the judge does not see intents decided twice under other ids");
  return missed;
}

}  // namespace zhida::chaos
