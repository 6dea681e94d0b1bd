// SIGKILL at random moments of running campaigns, against the same campaigns undisturbed.

#include "flow/story.hpp"
#include "support/standalone.hpp"
#include "support/temporary_directory.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace zhida {
namespace {

using flow::text;
using test::Answer;
using test::eventually;
using test::Standalone;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

#ifdef __SANITIZE_ADDRESS__
constexpr int kills = 6;
constexpr int enterprises = 1'000;
#else
constexpr int kills = 32;
constexpr int enterprises = 2'000;
#endif
constexpr int campaigns = kills / 2;
constexpr std::uint32_t seed = 20'260'731;

/// Two systems with the same enterprises and the same approved campaigns, `c1` …, none launched.
class Twins {
 public:
  Twins() {
    Standalone zhida(calm());
    flow::publish(zhida, flow::settled_item);
    flow::publish(zhida, flow::manual_item);
    flow::put_package(zhida);
    flow::Enterprises supplied = flow::sample_enterprises(0, enterprises);
    EXPECT_EQ(flow::upload(zhida, "/operator/v1/enterprises", supplied.lines).status, 200);
    usccs_ = std::move(supplied.usccs);
    for (int i = 0; i < campaigns; ++i) {
      const bool by_rule = i % 3 == 2;
      const std::string audience =
          by_rule ? R"~({"rule":"p.org_form == \"company\" && under(p.industry, \"C\")"})~" : R"({"eligible_for":"any"})";
      ids_.push_back(
          flow::approved_campaign(zhida, flow::campaign_body(fmt::format("第{}批", i + 1), audience, i % 4 == 1 ? "urgent" : "normal")));
    }
    EXPECT_EQ(zhida.stop(), 0);
    std::filesystem::copy(calm(), shaken(), std::filesystem::copy_options::recursive);
  }

  std::filesystem::path calm() const { return files_ / "calm"; }
  std::filesystem::path shaken() const { return files_ / "shaken"; }
  const std::vector<std::string>& usccs() const { return usccs_; }
  const std::vector<std::string>& ids() const { return ids_; }

 private:
  test::TemporaryDirectory files_;
  std::vector<std::string> usccs_;
  std::vector<std::string> ids_;
};

std::map<std::string, std::string> progress_of(const Standalone& zhida, const std::vector<std::string>& ids) {
  std::map<std::string, std::string> progress;
  for (const std::string& id : ids) progress[id] = text(zhida.get("/operator/v1/campaigns/" + id, "operator").at("progress"));
  return progress;
}

/// What stands on all pages, intents only: an impression changes an intent's state, and only one of the twins has visitors.
std::map<std::string, std::vector<std::string>> pages_of(const Standalone& zhida, const std::vector<std::string>& usccs) {
  std::map<std::string, std::vector<std::string>> pages;
  for (const std::string& uscc : usccs) {
    std::vector<std::string> intents = flow::inbox_of(zhida.get("/page/v1/enterprises/" + uscc + "/inbox?limit=1000", "page"));
    for (std::string& intent : intents) intent.resize(intent.find('='));
    std::ranges::sort(intents);
    pages[uscc] = std::move(intents);
  }
  return pages;
}

/// The first few: a timeline reads each decision's block from the log.
std::vector<std::string> some_of(const std::vector<std::string>& usccs) { return {usccs.begin(), usccs.begin() + 20}; }

/// A user of a system that may die under their hands: what was acknowledged to them is remembered.
class Witness {
 public:
  Witness(Standalone& zhida, const std::vector<std::string>& usccs, std::mt19937& random) : zhida_(zhida), usccs_(usccs), random_(random) {}

  /// Reads a page and reports one impression of what stands there. False if nobody answered.
  bool visit() {
    if (unsure_) return repeat();
    const std::string& uscc = usccs_[random_() % usccs_.size()];
    const auto inbox = ask(http::Verb::get, "/page/v1/enterprises/" + uscc + "/inbox", "page", "");
    if (!inbox) return false;
    EXPECT_TRUE(inbox->status == 200 || inbox->status == 503) << inbox->status << inbox->body;
    if (inbox->status != 200) return true;
    const auto& items = inbox->at("items");
    if (items.Size() == 0) return true;
    const std::string intent = text(items[static_cast<rapidjson::SizeType>(random_() % items.Size())]["intent"]);
    unsure_ = Impression{
        intent, fmt::format(R"({{"events":[{{"id":"e{}","intent":"{}","item":null,"type":"impression","at":"{}","surface":"home"}}]}})",
                            ++events_, intent, flow::now_text())};
    return repeat();
  }

  /// Uploads a line for an enterprise that no campaign is meant for. False if it was not acknowledged.
  bool supply() {
    const std::string uscc = flow::sample_enterprises(100'000 + supplied_.size(), 1).usccs.front();
    const std::string line = fmt::format(
        R"({{"uscc":"{}","attributes":{{"employees":{{"value":{},"source":"人社局","as_of":"2024-01-01"}}}}}})", uscc, supplied_.size());
    std::optional<Answer> answer;
    try {
      answer = flow::upload(zhida_, "/operator/v1/enterprises", line);
    } catch (const boost::system::system_error&) {
      return false;
    }
    if (answer->status != 200) return true;
    const rapidjson::Document last = flow::last_line(answer->body);
    if (!last.IsObject() || !last.HasMember("durable") || last["durable"].GetInt() != 1) return false;
    supplied_.push_back(uscc);
    return true;
  }

  /// Launches if it is not launched yet. False if nobody answered.
  bool launch(const std::string& id) {
    const auto answer = ask(http::Verb::post, "/operator/v1/campaigns/" + id + "/launch", "operator", "");
    if (!answer) return false;
    EXPECT_TRUE(answer->status == 200 || answer->status == 409 || answer->status == 503) << answer->body;
    return true;
  }

  const std::map<std::string, std::int64_t>& impressions() const { return impressions_; }
  const std::vector<std::string>& supplied() const { return supplied_; }

 private:
  struct Impression {
    std::string intent;
    std::string body;
  };

  /// Sends what was not acknowledged until it is: the same event again is harmless.
  bool repeat() {
    const auto answer = ask(http::Verb::post, "/page/v1/engagements", "page", unsure_->body);
    if (!answer) return false;
    if (answer->status != 202) return true;
    EXPECT_EQ(answer->at("accepted").GetInt(), 1) << answer->body;
    ++impressions_[unsure_->intent];
    unsure_.reset();
    return true;
  }

  std::optional<Answer> ask(http::Verb verb, const std::string& target, const std::string& role, const std::string& body) {
    try {
      return zhida_.ask(verb, target, role, body);
    } catch (const boost::system::system_error&) {
      return std::nullopt;
    }
  }

  Standalone& zhida_;
  const std::vector<std::string>& usccs_;
  std::mt19937& random_;
  std::optional<Impression> unsure_;
  int events_ = 0;
  std::map<std::string, std::int64_t> impressions_;
  std::vector<std::string> supplied_;
};

void kill_redis(const Standalone& zhida) {
  pid_t pid = 0;
  std::ifstream(zhida.directory() / "redis" / "redis.pid") >> pid;
  if (pid > 1) ::kill(pid, SIGKILL);
}

/// Launches the campaigns one after the other and kills the program twice in each round: while it works, and while it starts again.
/// Sometimes its Redis goes before it.
void shake(Standalone& zhida, Witness& witness, const std::vector<std::string>& ids, std::mt19937& random) {
  for (std::size_t round = 0; round < ids.size(); ++round) {
    witness.launch(ids[round]);
    const auto moment = Clock::now() + milliseconds(random() % 150);
    while (Clock::now() < moment) {
      witness.visit();
      if (random() % 4 == 0) witness.supply();
    }
    if (round % 3 == 1) {
      kill_redis(zhida);
      std::this_thread::sleep_for(milliseconds(random() % 60));
    }
    zhida.kill();
    zhida.launch();
    std::this_thread::sleep_for(milliseconds(random() % 400));
    zhida.kill();
    zhida.launch();
    zhida.await_ready();
  }
  for (const std::string& id : ids) {
    EXPECT_TRUE(eventually([&] { return witness.launch(id); }));
    EXPECT_TRUE(eventually([&] { return flow::completed(zhida, id); })) << id;
  }
  EXPECT_TRUE(eventually([&] { return witness.visit() && witness.visit(); }));
}

TEST(Crash, KillsAtAnyMomentLoseNothingAndRepeatNothing) {
  const Twins twins;
  std::map<std::string, std::vector<std::string>> expected_pages;
  std::map<std::string, std::string> expected;
  std::map<std::string, std::string> expected_progress;
  {
    const Standalone calm(twins.calm());
    for (const std::string& id : twins.ids()) flow::run_campaign(calm, id);
    expected_pages = pages_of(calm, twins.usccs());
    expected = flow::intents_of(calm, some_of(twins.usccs()));
    expected_progress = progress_of(calm, twins.ids());
  }
  ASSERT_GT(expected.size(), static_cast<std::size_t>(campaigns));

  std::mt19937 random(seed);
  Standalone zhida(twins.shaken());
  Witness witness(zhida, twins.usccs(), random);
  shake(zhida, witness, twins.ids(), random);

  EXPECT_EQ(progress_of(zhida, twins.ids()), expected_progress);
  EXPECT_TRUE(pages_of(zhida, twins.usccs()) == expected_pages);
  EXPECT_EQ(flow::intents_of(zhida, some_of(twins.usccs())), expected);

  ASSERT_FALSE(witness.impressions().empty());
  int looked_at = 0;
  for (const auto& [intent, count] : witness.impressions()) {
    const std::string uscc = intent.substr(intent.rfind('.') + 1);
    std::int64_t counted = -1;
    const bool right = eventually(
        [&, &about = intent, &wanted = count] {
          const Answer timeline = zhida.get("/operator/v1/enterprises/" + uscc + "/timeline?limit=1000", "operator");
          for (const auto& entry : timeline.at("items").GetArray())
            if (text(entry["intent"]) == about)
              counted = entry["engagements"].HasMember("impression") ? entry["engagements"]["impression"]["count"].GetInt64() : 0;
          return counted == wanted;
        },
        milliseconds(2'000));
    EXPECT_TRUE(right) << intent << ": " << counted << " counted, " << count << " acknowledged";
    if (!right || ++looked_at == 60) break;
  }
  ASSERT_FALSE(witness.supplied().empty());
  for (std::size_t i = 0; i < witness.supplied().size(); ++i) {
    const Answer profile = zhida.get("/operator/v1/enterprises/" + witness.supplied()[i], "data_centre");
    EXPECT_EQ(profile.at("attributes", "employees", "value").IsInt() ? profile.at("attributes", "employees", "value").GetInt() : -1,
              static_cast<int>(i));
  }
  RecordProperty("impressions", static_cast<int>(witness.impressions().size()));
  RecordProperty("supplied", static_cast<int>(witness.supplied().size()));
}

/// Cancels a campaign that was just launched and kills the program thrice. False if everything was delivered before the cancellation came.
bool cancels_on_the_way() {
  const Twins twins;
  Standalone zhida(twins.shaken());
  const std::string id = twins.ids().front();
  EXPECT_EQ(zhida.post("/operator/v1/campaigns/" + id + "/launch", "operator").status, 200);
  EXPECT_EQ(zhida.post("/operator/v1/campaigns/" + id + "/cancel", "operator").status, 200);
  for (int round = 0; round < 3; ++round) {
    zhida.kill();
    zhida.launch();
    std::this_thread::sleep_for(milliseconds(120 * round));
  }
  zhida.await_ready();
  const auto number = [&](const std::string& state) {
    const Answer campaign = zhida.get("/operator/v1/campaigns/" + id, "operator");
    const auto& counted = state.empty() ? campaign.at("progress", "audience") : campaign.at("progress", "by_state", state.c_str());
    return counted.IsInt() ? counted.GetInt() : state.empty() ? -1 : 0;
  };
  EXPECT_TRUE(eventually([&] { return number("") > 0 && number("cancelled") + number("delivered") == number(""); }))
      << text(zhida.get("/operator/v1/campaigns/" + id, "operator").at("progress"));
  if (number("cancelled") == 0) return false;

  // Undisturbed, the same campaign finds as many.
  const Standalone calm(twins.calm());
  flow::run_campaign(calm, id);
  EXPECT_EQ(calm.get("/operator/v1/campaigns/" + id, "operator").at("progress", "audience").GetInt(), number(""));
  EXPECT_EQ(zhida.get("/effect/v1/items/" + flow::settled_item, "analyst").at("audience").GetInt(), number(""));
  return true;
}

TEST(Crash, ACancelledCampaignStillCountsItsWholeAudienceOnce) {
  bool on_the_way = false;
  for (int attempt = 0; attempt < 10 && !on_the_way; ++attempt) on_the_way = cancels_on_the_way();
  EXPECT_TRUE(on_the_way) << "everything was always delivered before the cancellation came";
}

}  // namespace
}  // namespace zhida
