#include "stores/profiles/profile_store.hpp"

#include "contracts/profiles/profile_patched.hpp"
#include "contracts/vault/vault_key.hpp"
#include "platform/log/memory_log.hpp"
#include "platform/runtime/task_group.hpp"
#include "stores/delivery_world.hpp"
#include "support/repository.hpp"
#include "support/run_coroutine.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

namespace zhida::stores {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using boost::system::result;
using enterprise::Merge;
using enterprise::RawValue;

std::string file(const std::string& name) {
  std::ifstream in(zhida::test::repository() / "schemas/reference" / name);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

log::Layout layout() {
  log::Layout topics;
  for (const char* name : {"profiles", "vault", "dead-letters"}) topics.push_back({name, 2, log::Retention::forever()});
  return topics;
}

domain::Date day(unsigned month, unsigned of_month) {
  return std::chrono::year(2026) / std::chrono::month(month) / std::chrono::day(of_month);
}

contracts::AttributeStatement says(std::string_view name, RawValue value, domain::Date as_of, std::string_view source = "统计局") {
  contracts::AttributeStatement statement;
  statement.name = name;
  statement.value = value;
  statement.source = source;
  statement.as_of = as_of;
  return statement;
}

class ProfileStoreTest : public testing::Test {
 protected:
  ProfileStoreTest()
      : industries(enterprise::IndustryTree::parse(file("industries.csv")).value()),
        sizes(enterprise::SizeClasses::parse(file("size-classes.csv")).value()) {
    std::map<std::string, std::string> tables;
    tables["industries"] = file("industries.csv");
    auto parsed = matching::Dictionary::parse(file("attributes.csv"), tables);
    EXPECT_TRUE(parsed.dictionary) << parsed.error;
    dictionary = parsed.dictionary;
    store = make_store();
    store_again = make_store();
  }

  std::unique_ptr<ProfileStore> make_store() {
    return std::make_unique<ProfileStore>(io.get_executor(), log, 2, dictionary, ProfileStore::Tables{industries, sizes}, dead_letters);
  }

  log::NewRecord record(const enterprise::Uscc& uscc, std::vector<contracts::AttributeStatement> statements) {
    contracts::ProfilePatched event;
    event.uscc = uscc;
    event.recorded_at = domain::Instant(std::chrono::milliseconds(1'790'000'000'000));
    event.attributes = std::move(statements);
    return record(event);
  }
  log::NewRecord record(const contracts::ProfilePatched& event) {
    log::NewRecord made;
    made.topic = "profiles";
    made.partition = store->partition_of(event.uscc);
    made.key = event.uscc.text();
    contracts::append_json(made.value, event);
    made.event.type = contracts::ProfilePatched::type;
    return made;
  }
  void put(log::NewRecord made) { pending.push_back(std::move(made)); }

  /// Appends what was put and folds it.
  asio::awaitable<void> fold() {
    const auto appended = co_await log.append(std::exchange(pending, {}));
    EXPECT_TRUE(appended.has_value());
    for (ProfileStore* each : {store.get(), store_again.get()}) {
      runtime::TaskGroup tasks(io.get_executor(), [](std::string_view reason) { ADD_FAILURE() << reason; });
      for (int partition = 0; partition < 2; ++partition) tasks.spawn(each->run(partition));
      for (int partition = 0; partition < 2; ++partition) {
        const result<log::Range> range = co_await log.range("profiles", partition);
        if (range->end == 0) continue;
        const bool folded = co_await each->progress().wait_until("profiles", partition, range->end - 1, 5s);
        EXPECT_TRUE(folded);
      }
      tasks.stop(asio::cancellation_type::total);
      co_await tasks.join();
      EXPECT_TRUE(each->ready());
    }
  }

  std::uint32_t slot(std::string_view name) const { return dictionary->find(name)->slot; }
  cel::Value value(const enterprise::Uscc& uscc, std::string_view name) const {
    std::vector<cel::Value> slots(dictionary->size());
    store->slots(uscc, slots);
    return slots[slot(name)];
  }

  asio::io_context io{1};
  log::MemoryLog log{layout()};
  enterprise::IndustryTree industries;
  enterprise::SizeClasses sizes;
  std::shared_ptr<const matching::Dictionary> dictionary;
  DeadLetters dead_letters{log, [] { return domain::Instant(); }};
  std::unique_ptr<ProfileStore> store, store_again;
  std::vector<log::NewRecord> pending;
  std::mt19937 random{1};
  enterprise::Uscc someone = test::random_uscc(random);
};

TEST_F(ProfileStoreTest, IsNotReadyAgainBeforeItHasReadWhatCameInTheMeantime) {
  auto body = [&]() -> asio::awaitable<void> {
    put(record(someone, {says("employees", RawValue::of(std::int64_t{10}), day(3, 1))}));
    co_await fold();
    put(record(someone, {says("employees", RawValue::of(std::int64_t{20}), day(5, 1))}));
    const auto appended = co_await log.append(std::exchange(pending, {}));
    EXPECT_TRUE(appended.has_value());

    const int partition = store->partition_of(someone);
    runtime::TaskGroup tasks(io.get_executor(), [](std::string_view reason) { ADD_FAILURE() << reason; });
    asio::awaitable<void> run = store->run(partition);
    EXPECT_FALSE(store->ready(partition)) << "it has not begun to read";
    tasks.spawn(std::move(run));
    const result<void> reached = co_await store->reach_end(partition);
    EXPECT_TRUE(reached.has_value());
    EXPECT_EQ(value(someone, "employees").as_integer(), 20);
    EXPECT_TRUE(store->ready(partition));
    tasks.stop(asio::cancellation_type::total);
    co_await tasks.join();
  };
  test::run_coroutine(io, body());
}

TEST_F(ProfileStoreTest, KeepsTheNewestStatementPerAttribute) {
  auto body = [&]() -> asio::awaitable<void> {
    put(record(someone, {says("employees", RawValue::of(std::int64_t{10}), day(3, 1))}));
    put(record(someone, {says("employees", RawValue::of(std::int64_t{20}), day(5, 1))}));
    put(record(someone, {says("employees", RawValue::of(std::int64_t{15}), day(4, 1))}));
    co_await fold();
    EXPECT_EQ(value(someone, "employees").as_integer(), 20);
    EXPECT_EQ(store->version(someone), 3u);
    const auto known = store->attributes(someone);
    EXPECT_EQ(known.size(), 1u);
    EXPECT_EQ(known.front().source, "统计局");
    EXPECT_EQ(known.front().as_of, day(5, 1));

    put(record(someone, {says("employees", RawValue::of(std::int64_t{21}), day(5, 1))}));
    co_await fold();
    EXPECT_EQ(value(someone, "employees").as_integer(), 21) << "on the same day the later record counts";
  };
  test::run_coroutine(io, body());
}

TEST_F(ProfileStoreTest, ARemovalKeepsItsDay) {
  auto body = [&]() -> asio::awaitable<void> {
    put(record(someone, {says("employees", RawValue::of(std::int64_t{10}), day(3, 1))}));
    put(record(someone, {says("employees", RawValue(), day(5, 1))}));
    put(record(someone, {says("employees", RawValue::of(std::int64_t{11}), day(4, 1))}));
    co_await fold();
    EXPECT_TRUE(value(someone, "employees").is_missing());
    put(record(someone, {says("employees", RawValue::of(std::int64_t{12}), day(6, 1))}));
    co_await fold();
    EXPECT_EQ(value(someone, "employees").as_integer(), 12);
  };
  test::run_coroutine(io, body());
}

TEST_F(ProfileStoreTest, ServesValuesOfEveryType) {
  auto body = [&]() -> asio::awaitable<void> {
    const std::vector<std::string_view> chains{"biomedicine", "artificial_intelligence"};
    put(record(someone, {says("legal_person", RawValue::of(true), day(1, 1)), says("layoff_rate", RawValue::of(-0.25), day(1, 1)),
                         says("established", RawValue::of(std::string_view("2019-02-28")), day(1, 1)),
                         says("building", RawValue::of(std::string_view("临港松江科技城")), day(1, 1)),
                         says("industry_chains", RawValue::of(std::span<const std::string_view>(chains)), day(1, 1))}));
    co_await fold();
    EXPECT_TRUE(value(someone, "legal_person").is_true());
    EXPECT_EQ(value(someone, "layoff_rate").as_real(), -0.25);
    EXPECT_EQ(value(someone, "established").seconds(), 1'551'283'200);  // midnight in Shanghai
    EXPECT_EQ(value(someone, "building").as_string(), "临港松江科技城");
    EXPECT_EQ(value(someone, "industry_chains").as_list().size(), 2u);
    EXPECT_TRUE(value(someone, "employees").is_missing());
    std::vector<cel::Value> slots(dictionary->size(), cel::Value::boolean(true));
    EXPECT_FALSE(store->slots(test::random_uscc(random), slots));
    EXPECT_TRUE(std::ranges::all_of(slots, &cel::Value::is_missing));
  };
  test::run_coroutine(io, body());
}

TEST_F(ProfileStoreTest, DerivesTheSizeClassOnlyFromCompleteIndicatorsAndNeverAgainstAnAuthority) {
  auto body = [&]() -> asio::awaitable<void> {
    // Industry: by employees and revenue.
    put(record(someone, {says("industry", RawValue::of(std::string_view("3912")), day(1, 1)),
                         says("employees", RawValue::of(std::int64_t{50}), day(2, 1))}));
    co_await fold();
    EXPECT_TRUE(value(someone, "size_class").is_missing());
    put(record(someone, {says("revenue", RawValue::of(std::int64_t{10'000'000}), day(3, 1))}));
    co_await fold();
    EXPECT_EQ(value(someone, "size_class").as_string(), "small");
    const auto derived = store->attributes(someone);
    const auto cell = std::ranges::find(derived, slot("size_class"), &KnownAttribute::slot);
    EXPECT_TRUE(cell != derived.end() && cell->derived && cell->source == enterprise::derived_source);

    put(record(someone, {says("employees", RawValue::of(std::int64_t{400}), day(4, 1)),
                         says("revenue", RawValue::of(std::int64_t{30'000'000}), day(4, 1))}));
    co_await fold();
    EXPECT_EQ(value(someone, "size_class").as_string(), "medium") << "computed again";
    put(record(someone, {says("size_class", RawValue::of(std::string_view("micro")), day(1, 1))}));
    co_await fold();
    EXPECT_EQ(value(someone, "size_class").as_string(), "micro") << "whatever its day, an authority's word counts";
    put(record(someone, {says("size_class", RawValue(), day(5, 1))}));
    co_await fold();
    EXPECT_EQ(value(someone, "size_class").as_string(), "medium") << "taken back: derived again";
    put(record(someone, {says("revenue", RawValue(), day(6, 1))}));
    co_await fold();
    EXPECT_TRUE(value(someone, "size_class").is_missing());
  };
  test::run_coroutine(io, body());
}

TEST_F(ProfileStoreTest, PreviewsWhatAPatchWouldDoWithoutDoingIt) {
  auto body = [&]() -> asio::awaitable<void> {
    put(record(someone, {says("employees", RawValue::of(std::int64_t{10}), day(3, 1))}));
    co_await fold();
    const auto checked = [&](std::string_view name, std::int64_t value, domain::Date as_of, std::string_view source) {
      return CheckedStatement{store->dictionary().find(name), cel::Value::integer(value), source, as_of};
    };
    const std::string_view source = says("employees", RawValue(), day(3, 1)).source;
    const std::vector<CheckedStatement> statements{checked("employees", 10, day(3, 1), source), checked("employees", 10, day(2, 1), source),
                                                   checked("employees", 10, day(3, 1), "税务局"), checked("revenue", 1, day(3, 1), source)};
    const std::vector<Merge> expected{Merge::unchanged, Merge::older_as_of, Merge::applied, Merge::applied};
    EXPECT_EQ(store->preview(someone, statements), expected);
    EXPECT_EQ(store->preview(someone, statements), expected);
    EXPECT_EQ(store->attributes(someone).size(), 1u);
    EXPECT_EQ(store->preview(test::random_uscc(random), std::span(statements).first(1)), std::vector<Merge>{Merge::applied});
  };
  test::run_coroutine(io, body());
}

TEST_F(ProfileStoreTest, ReadsEarlierStatementsBackFromTheLog) {
  auto body = [&]() -> asio::awaitable<void> {
    for (unsigned month = 1; month <= 12; ++month)
      put(record(someone, {says("employees", RawValue::of(std::int64_t{month}), day(month, 1))}));
    put(record(someone, {says("employees", RawValue::of(std::int64_t{99}), day(6, 15))}));
    co_await fold();
    const result<std::vector<PastStatement>> past = co_await store->history(someone);
    EXPECT_TRUE(past && past->size() == ProfileStore::most_earlier);
    if (!past || past->empty()) co_return;
    EXPECT_EQ(past->front().attribute.value.as_integer(), 99) << "the late one joined the history";
    for (std::size_t i = 1; i < past->size(); ++i) EXPECT_EQ((*past)[i].attribute.value.as_integer(), 12 - static_cast<int>(i));
  };
  test::run_coroutine(io, body());
}

TEST_F(ProfileStoreTest, KeepsDeterminationsNamesAndKeys) {
  auto body = [&]() -> asio::awaitable<void> {
    contracts::ProfilePatched event;
    event.uscc = someone;
    event.sealed_name = "c2VhbGVk";
    enterprise::Determination answer;
    answer.condition = "key_enterprise";
    answer.value = true;
    answer.decided_by = "经委";
    answer.as_of = day(1, 1);
    answer.valid_to = day(6, 30);
    event.determinations.push_back(answer);
    put(record(event));
    co_await fold();
    EXPECT_EQ(store->sealed(someone).name, "c2VhbGVk");
    EXPECT_EQ(store->determinations(someone), std::vector<enterprise::Determination>{answer});
    std::vector<matching::Determination> in_force;
    const int partition = store->partition_of(someone);
    store->determinations(partition, *store->find(someone), day(6, 30), in_force);
    EXPECT_EQ(in_force.size(), 1u);
    in_force.clear();
    store->determinations(partition, *store->find(someone), day(7, 1), in_force);
    EXPECT_TRUE(in_force.empty());
    EXPECT_EQ(store->preview(someone, answer), Merge::unchanged);
    EXPECT_TRUE(store->sealed(someone).vault_key.empty());
  };
  test::run_coroutine(io, body());
}

TEST_F(ProfileStoreTest, QuarantinesAStatementAloneAndARecordWhole) {
  auto body = [&]() -> asio::awaitable<void> {
    put(record(someone, {says("no_such_attribute", RawValue::of(true), day(1, 1)),
                         says("employees", RawValue::of(std::string_view("many")), day(1, 1)),
                         says("revenue", RawValue::of(std::int64_t{5}), day(1, 1))}));
    log::NewRecord broken = record(someone, {});
    broken.value = "{";
    put(std::move(broken));
    co_await fold();
    EXPECT_EQ(value(someone, "revenue").as_integer(), 5);
    const result<log::Batch> letters = co_await log.read("dead-letters", store->partition_of(someone), 0, log::ReadLimits());
    EXPECT_TRUE(letters && letters->records.size() == 3) << "once each, though two stores folded them";
  };
  test::run_coroutine(io, body());
}

TEST_F(ProfileStoreTest, RemembersReplacedKeysUntilTheyAreErased) {
  const int partition = store->partition_of(someone);
  std::vector<PoisonInput> poison;
  const auto key = [&](const std::string& wrapped) {
    log::Record record;
    record.key = someone.text();
    record.event.type = contracts::VaultKey::type;
    if (!wrapped.empty()) {
      contracts::VaultKey event;
      event.uscc = someone;
      event.wrapped = wrapped;
      event.master_key = "m";
      record.value = contracts::to_json(event);
    }
    store->fold_vault(partition, record, poison);
    return record.value;
  };
  const std::string one = key("b25l");
  EXPECT_EQ(store->sealed(someone).vault_key, one);
  EXPECT_TRUE(store->sealed(someone).replaced_keys.empty());
  key("b25l");
  EXPECT_TRUE(store->sealed(someone).replaced_keys.empty()) << "the same once more replaces nothing";
  EXPECT_TRUE(store->with_replaced_keys(partition).empty());

  const std::string two = key("dHdv");
  EXPECT_EQ(store->sealed(someone).vault_key, two) << "compaction leaves the last one: it counts";
  ASSERT_EQ(store->sealed(someone).replaced_keys.size(), 1u);
  EXPECT_EQ(store->sealed(someone).replaced_keys[0], one);
  EXPECT_EQ(store->with_replaced_keys(partition), std::vector<Row>{*store->find(someone)});
  for (int i = 0; i < 100; ++i) key("bWFueQ" + std::to_string(10 + i));
  EXPECT_LE(store->sealed(someone).replaced_keys.size(), 8u);

  EXPECT_EQ(store->sealed(someone).erasures, 0u);
  key("");
  EXPECT_TRUE(store->sealed(someone).vault_key.empty());
  EXPECT_TRUE(store->sealed(someone).replaced_keys.empty()) << "nothing of it is left";
  EXPECT_EQ(store->sealed(someone).erasures, 1u);
  EXPECT_TRUE(store->with_replaced_keys(partition).empty());
  key("YW5ldw");
  EXPECT_TRUE(store->sealed(someone).replaced_keys.empty()) << "what was erased was not replaced";
  EXPECT_TRUE(poison.empty());
}

TEST_F(ProfileStoreTest, TakesNoKeyOfAnotherTypeOrForAnotherPartition) {
  const int partition = store->partition_of(someone);
  std::vector<PoisonInput> poison;
  contracts::VaultKey event;
  event.uscc = someone;
  event.wrapped = "b25l";
  event.master_key = "m";
  log::Record record;
  record.key = someone.text();
  record.value = contracts::to_json(event);
  for (const std::string type : {"", "zhida.vault.key.v2", "zhida.vault.key.v1 (names no log)"}) {
    record.event.type = type;
    store->fold_vault(partition, record, poison);
  }
  EXPECT_EQ(poison.size(), 3u);
  record.event.type = contracts::VaultKey::type;
  store->fold_vault(1 - partition, record, poison);
  EXPECT_EQ(poison.size(), 4u);
  EXPECT_TRUE(store->sealed(someone).vault_key.empty());
  EXPECT_EQ(store->version(someone), 0u);
  store->fold_vault(partition, record, poison);
  EXPECT_EQ(poison.size(), 4u);
  EXPECT_FALSE(store->sealed(someone).vault_key.empty());
}

TEST_F(ProfileStoreTest, HoldsTwoHundredThousandProfilesInTwoHundredMegabytes) {
  // A tenth of them, and the limit with it.
  std::vector<PoisonInput> poison;
  std::vector<const matching::Attribute*> numbers;
  for (const matching::Attribute& attribute : dictionary->attributes())
    if (attribute.type == cel::integer_type && (attribute.unit == "persons" || attribute.unit == "cny" || attribute.unit == "months") &&
        numbers.size() < 40)
      numbers.push_back(&attribute);
  ASSERT_EQ(numbers.size(), 40u);
  for (int i = 0; i < 20'000; ++i) {
    contracts::ProfilePatched event;
    event.uscc = test::random_uscc(random);
    for (const matching::Attribute* attribute : numbers)
      event.attributes.push_back(says(attribute->name, RawValue::of(std::int64_t{1990 + i % 30}), day(1, 1)));
    const std::string sealed(80, 'x');
    event.sealed_name = sealed;
    log::Record folded;
    folded.offset = i;
    folded.event.type = contracts::ProfilePatched::type;
    contracts::append_json(folded.value, event);
    store->fold_profile(store->partition_of(event.uscc), folded, poison);
  }
  EXPECT_TRUE(poison.empty());
  EXPECT_EQ(store->size(0) + store->size(1), 20'000u);
  EXPECT_LE(store->memory(), 20'000'000u);
}

}  // namespace
}  // namespace zhida::stores
