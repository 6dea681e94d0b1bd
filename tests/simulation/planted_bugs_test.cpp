// Bugs that the checker must find: each of them is planted in a port of the simulation, and found within a few seeds.
//
// | planted bug | what breaks |
// |---|---|
// | Redis writes a commit wherever the fold stands | two folders overwrite each other |
// | Redis writes a commit by halves, position included | state and position part |
// | Redis keeps the folds' positions when it loses their state | a lost state counts as folded |
// | a reader takes any generation for the live one | empty or old state is taken for the truth |
// | the log acknowledges engagements that it does not keep | what was acknowledged is missing |
// | the log acknowledges profiles that it does not keep | the same |
// | the log does not keep dead letters | poison vanishes without a reason |
// | writers are told offsets that are one too low | they go on before their own records are folded |
// | readers pass over a record now and then | facts are not folded |
// | intents have no content ids | a doubled block is decided twice |
// | engagements have no content ids | a doubled click counts twice |
// | commands have no content ids | a repeated request is carried out twice |
// | the catalogue counts every record, whatever its revision | a late or doubled outcome counts again |
// | engagements go to another partition than their enterprise's | they are quarantined, and lost |
// | a fold counts an engagement twice | funnels are too high |

#include "contracts/topics.hpp"
#include "simulation/run.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <utility>

namespace zhida::simulation {
namespace {

namespace topics = contracts::topics;

constexpr std::uint64_t enough = 60;

class PlantedBugs : public testing::Test {
 protected:
  void SetUp() override {
    if (is_sanitized) GTEST_SKIP() << "sanitizers: the build without them looks for these";
  }
};

testing::AssertionResult is_found(const Bug& bug) {
  for (std::uint64_t seed = 1; seed <= enough; ++seed) {
    const Outcome outcome = simulate(seed, bug);
    if (!outcome.problems.empty()) return testing::AssertionSuccess() << describe(seed, outcome);
  }
  return testing::AssertionFailure() << "no seed of " << enough << " finds it";
}

bool is_about(const log::NewRecord& record, std::string_view topic) { return record.topic == topic; }

void replace(std::string& text, std::string_view what, const std::string& by) {
  const auto at = text.find(what);
  if (at != std::string::npos) text.replace(at, what.size(), by);
}

/// Forgets every `nth` record of a topic.
Bug forgetful(std::string_view topic, int nth) {
  Bug bug;
  bug.brokers = [topic, nth](Brokers& brokers) {
    brokers.forgets = [topic, nth, count = 0](const log::NewRecord& record) mutable {
      return is_about(record, topic) && !record.event.id.starts_with("profile-") && !record.event.id.starts_with("poison") &&
             ++count % nth == 0;
    };
  };
  return bug;
}

/// Changes every record of a topic; `change` gets a number that is another one each time.
template <class Change>
Bug altering(std::string_view topic, Change change) {
  Bug bug;
  bug.brokers = [topic, change](Brokers& brokers) {
    brokers.alters = [topic, change, count = 0](log::NewRecord& record) mutable {
      if (is_about(record, topic) && record.event.type.starts_with("zhida.") && !record.event.id.starts_with("poison"))
        change(record, ++count);
    };
  };
  return bug;
}

TEST_F(PlantedBugs, ACommitThatIsNeverRefused) {
  Bug bug;
  bug.redis = [](RedisServer& server) { server.model.ignores_position = true; };
  EXPECT_TRUE(is_found(bug));
}

TEST_F(PlantedBugs, ACommitByHalves) {
  Bug bug;
  bug.redis = [](RedisServer& server) { server.model.tears_commits = true; };
  EXPECT_TRUE(is_found(bug));
}

TEST_F(PlantedBugs, PositionsThatOutliveTheirState) {
  Bug bug;
  bug.redis = [](RedisServer& server) { server.model.keeps_meta = true; };
  EXPECT_TRUE(is_found(bug));
}

TEST_F(PlantedBugs, AReaderThatIgnoresTheGeneration) {
  Bug bug;
  bug.flaws.redis = [](RedisPort& port) {
    port.alters = [](const redis::Commands& commands, std::vector<redis::Reply>& replies) {
      const std::vector<std::string_view> words = commands.words(commands.size() - 1);
      if (words.size() != 4 || words[0] != "HMGET" || words[2] != "live") return;
      redis::Reply& meta = replies.back();
      meta.items[0].kind = meta.items[1].kind = redis::Reply::Kind::text;
      meta.items[0].text = words[3];
      meta.items[1].text = "intents-urgent=9999 receipts-urgent=9999 intents=9999 receipts=9999 engagements=9999 outcomes=9999";
    };
  };
  EXPECT_TRUE(is_found(bug));
}

TEST_F(PlantedBugs, EngagementsAcknowledgedAndNotKept) { EXPECT_TRUE(is_found(forgetful(topics::engagements, 4))); }
TEST_F(PlantedBugs, ProfilesAcknowledgedAndNotKept) { EXPECT_TRUE(is_found(forgetful(topics::profiles, 2))); }
TEST_F(PlantedBugs, DeadLettersNotKept) { EXPECT_TRUE(is_found(forgetful(topics::dead_letters, 1))); }

TEST_F(PlantedBugs, OffsetsThatAreTooLow) {
  Bug bug;
  bug.brokers = [](Brokers& brokers) { brokers.acknowledged_ahead = -1; };
  EXPECT_TRUE(is_found(bug));
}

TEST_F(PlantedBugs, RecordsThatReadersPassOver) {
  Bug bug;
  bug.brokers = [](Brokers& brokers) {
    brokers.hides = [](const log::Record& record) { return record.event.id.starts_with("visit") && record.offset % 5 == 3; };
  };
  EXPECT_TRUE(is_found(bug));
}

TEST_F(PlantedBugs, IntentsWithoutContentIds) {
  EXPECT_TRUE(is_found(altering(topics::intents, [](log::NewRecord& record, int count) {
    replace(record.value, R"("channel":")", R"("channel":"n)" + std::to_string(count));
  })));
}

TEST_F(PlantedBugs, EngagementsWithoutContentIds) {
  EXPECT_TRUE(is_found(altering(topics::engagements, [](log::NewRecord& record, int count) {
    replace(record.value, R"("id":")", R"("id":"n)" + std::to_string(count));
  })));
}

TEST_F(PlantedBugs, CommandsWithoutContentIds) {
  EXPECT_TRUE(is_found(altering(topics::commands, [](log::NewRecord& record, int count) {
    replace(record.value, R"("command":")", R"("command":"n)" + std::to_string(count));
  })));
}

TEST_F(PlantedBugs, ACatalogueThatCountsEveryRevision) {
  const auto revisions = std::make_shared<std::map<std::string, std::uint64_t>>();
  EXPECT_TRUE(is_found(altering(topics::catalog, [revisions](log::NewRecord& record, int count) {
    if (count == 1) revisions->clear();
    auto event = contracts::catalog_event_from_json(record.event.type, record.value);
    if (!event || std::holds_alternative<contracts::CommandRefused>(event->outcome)) return;
    event->revision = ++(*revisions)[event->key()];
    if (auto* const campaign = std::get_if<contracts::CampaignChanged>(&event->outcome)) campaign->campaign.revision = event->revision;
    record.value = contracts::to_json(*event);
  })));
}

TEST_F(PlantedBugs, EngagementsInTheWrongPartition) {
  EXPECT_TRUE(is_found(altering(topics::engagements, [](log::NewRecord& record, int count) {
    if (count % 5 == 0) record.partition = record.partition == 0 ? 1 : 0;
  })));
}

/// Folds every engagement a second time, as if it were another one.
class CountsTwice final : public stores::Fold {
 public:
  explicit CountsTwice(const stores::Fold& honest) : honest_(honest) {}

  std::string_view name() const override { return honest_.name(); }
  const std::vector<std::string>& topics() const override { return honest_.topics(); }
  std::string layout() const override { return honest_.layout(); }

  std::unique_ptr<stores::FoldStep> begin(int partition, std::span<const stores::FoldInput> inputs, std::size_t& taken) const override {
    auto step = std::make_unique<Step>();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      step->add(inputs[i], i);
      if (honest_.topics()[inputs[i].topic] != topics::engagements || !inputs[i].record->event.id.starts_with("visit")) continue;
      auto copy = std::make_shared<log::Record>(*inputs[i].record);
      replace(copy->value, R"("id":")", R"("id":"again-)");
      stores::FoldInput again = inputs[i];
      again.record = std::move(copy);
      step->add(std::move(again), i);
    }
    std::size_t folded = 0;
    step->inner = honest_.begin(partition, step->inputs, folded);
    taken = step->origin[folded - 1] + 1;
    return step;
  }

 private:
  struct Step final : stores::FoldStep {
    void add(stores::FoldInput input, std::size_t from) {
      inputs.push_back(std::move(input));
      origin.push_back(from);
    }
    std::vector<stores::FieldRead> wanted() override { return inner->wanted(); }
    void loaded(std::span<const std::optional<std::string_view>> values) override { inner->loaded(values); }
    std::vector<stores::FieldWrite> writes() override { return inner->writes(); }
    std::vector<stores::PoisonInput> poison() override {
      auto found = inner->poison();
      for (stores::PoisonInput& each : found) each.input = origin[each.input];
      return found;
    }

    std::vector<stores::FoldInput> inputs;
    std::vector<std::size_t> origin;
    std::unique_ptr<stores::FoldStep> inner;
  };

  const stores::Fold& honest_;
};

TEST_F(PlantedBugs, AFoldThatCountsTwice) {
  Bug bug;
  bug.flaws.fold = [](const stores::Fold& honest) { return std::make_unique<CountsTwice>(honest); };
  EXPECT_TRUE(is_found(bug));
}

}  // namespace
}  // namespace zhida::simulation
