#include "stores/catalog/catalog_store.hpp"

#include "platform/log/memory_log.hpp"
#include "platform/runtime/task_group.hpp"
#include "support/run_coroutine.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace zhida::stores {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using boost::system::result;
using contracts::CommandKind;

const domain::Instant noon = domain::start_of(domain::Date(std::chrono::year(2026) / 11 / 23)) + 12h;

std::shared_ptr<const matching::Language> small_language() {
  auto parsed = matching::Dictionary::parse(
      "name,type,unit,values,label_zh,label_en,question_zh,source_zh,sensitivity,per,aliases,note\n"
      "employees,int,persons,,职工人数,Employees,多少人？,人社,internal,current,,\n",
      std::map<std::string, std::string>());
  EXPECT_TRUE(parsed.dictionary) << parsed.error;
  return std::make_shared<const matching::Language>(parsed.dictionary, cel::Registry());
}

class CatalogStoreTest : public testing::Test {
 protected:
  static log::Layout layout() {
    log::Layout topics;
    for (const char* name : {"commands", "catalog", "dead-letters"}) topics.push_back({name, 1, log::Retention::forever()});
    return topics;
  }
  CatalogStoreTest() : tasks(io.get_executor(), [](std::string_view reason) { ADD_FAILURE() << reason; }) {}

  contracts::CatalogEvent event(CommandKind kind, std::string entity, std::uint64_t revision, contracts::CatalogEvent::Outcome outcome) {
    contracts::CatalogEvent made;
    made.command = "command-" + std::to_string(++commands);
    made.command_offset = commands;
    made.kind = kind;
    made.entity = std::move(entity);
    made.revision = revision;
    made.by = "key";
    made.at = noon;
    made.outcome = std::move(outcome);
    return made;
  }
  void put(const contracts::CatalogEvent& made) {
    log::NewRecord record;
    record.topic = "catalog";
    record.key = made.key();
    record.value = contracts::to_json(made);
    record.event.type = contracts::type_of(made);
    pending.push_back(std::move(record));
  }
  void put_document(std::string id, std::uint64_t revision, std::string title) {
    contracts::DocumentPut document;
    document.document.id = id;
    document.document.title = std::move(title);
    document.document.owner.bureau = "jw";
    put(event(CommandKind::document_put, std::move(id), revision, std::move(document)));
  }
  void put_command(std::string id, std::string body_hash, domain::Instant at) {
    contracts::CommandRequested command;
    command.command = std::move(id);
    command.entity = "D";
    command.key_id = "key";
    command.role = "operator";
    command.bureau = "jw";
    command.body_hash = std::move(body_hash);
    command.at = at;
    log::NewRecord record;
    record.topic = "commands";
    record.key = command.key();
    record.value = contracts::to_json(command);
    record.event.type = contracts::CommandRequested::type;
    pending.push_back(std::move(record));
  }
  policy::ItemVersion version(int number, std::string rule) {
    policy::ItemVersion made;
    made.version = number;
    made.content.title = "一项政策";
    made.content.rule = std::move(rule);
    made.author = "key";
    made.written_at = noon;
    made.rule_hash = std::string(64, '0');
    return made;
  }
  asio::awaitable<void> append() {
    const auto appended = co_await log.append(std::exchange(pending, {}));
    EXPECT_TRUE(appended.has_value());
    for (const char* topic : {"catalog", "commands"}) {
      const result<log::Range> range = co_await log.range(topic, 0);
      if (range->end == 0) continue;
      const bool folded = co_await store.progress().wait_until(topic, 0, range->end - 1, 5s);
      EXPECT_TRUE(folded);
    }
  }
  void run(asio::awaitable<void> body) {
    tasks.spawn(store.run());
    test::run_coroutine(io, std::move(body));
    tasks.stop(asio::cancellation_type::total);
    test::run_coroutine(io, tasks.join());
  }

  asio::io_context io{1};
  log::MemoryLog log{layout()};
  DeadLetters dead_letters{log, [] { return noon; }};
  CatalogStore store{io.get_executor(), log, small_language(), dead_letters};
  runtime::TaskGroup tasks;
  std::vector<log::NewRecord> pending;
  std::uint64_t commands = 0;
};

TEST_F(CatalogStoreTest, CountsARevisionOnlyIfItIsTheNextOne) {
  auto body = [&]() -> asio::awaitable<void> {
    put_document("D", 1, "first");
    put_document("D", 3, "too far");
    put_document("D", 1, "late");
    put_document("D", 2, "second");
    put_document("E", 2, "never created");
    co_await append();
    EXPECT_EQ(store.documents().size(), 1u);
    EXPECT_EQ(store.document("D")->title, "second");
    EXPECT_EQ(store.document("D")->revision, 2u);
    EXPECT_EQ(store.document("E"), nullptr);
    EXPECT_EQ(store.version(), 2u);
    EXPECT_EQ(store.answered_to(), 5);
    EXPECT_TRUE(store.ready());
  };
  run(body());
}

/// Whoever sees a change asks the others to have come as far as this one says that it has.
TEST_F(CatalogStoreTest, ShowsNothingBeyondWhereItSaysItIs) {
  constexpr std::uint64_t changes = 20'000;
  auto body = [&]() -> asio::awaitable<void> {
    for (std::uint64_t i = 0; i < changes; ++i) put_document("D-" + std::to_string(i), 1, "文件");
    const auto appended = co_await log.append(std::exchange(pending, {}));
    EXPECT_TRUE(appended.has_value());
    std::size_t looks = 0;
    while (store.version() < changes) {
      EXPECT_GE(store.progress().position("catalog", 0), static_cast<log::Offset>(store.version()));
      looks += store.version() == 0 ? 0 : 1;
      co_await asio::post(io, asio::use_awaitable);
    }
    EXPECT_GT(looks, 3u) << "it was never looked at in between";
  };
  run(body());
}

TEST_F(CatalogStoreTest, SaysWhatACampaignMayNoLongerPush) {
  auto body = [&]() -> asio::awaitable<void> {
    put_document("D", 1, "of the item");
    put_document("N", 1, "in the package");
    contracts::ItemDrafted drafted;
    drafted.owner.bureau = "jw";
    drafted.draft = version(1, "p.employees >= 10");
    drafted.draft.content.document = "D";
    put(event(CommandKind::item_put, "I", 1, drafted));
    contracts::ItemPublished published;
    published.version = drafted.draft;
    published.version.published_at = noon;
    published.version.published_by = "other";
    put(event(CommandKind::item_publish, "I", 2, published));
    co_await append();
    campaign::Campaign of_item, of_document;
    of_item.package.contents = {{policy::ContentType::item, "I", 1, ""}};
    of_document.package.contents = {{policy::ContentType::document, "N", 0, ""}};
    EXPECT_FALSE(store.has_undisclosed_content(of_item));
    EXPECT_FALSE(store.has_undisclosed_content(of_document));

    for (const char* id : {"D", "N"}) {
      contracts::DocumentPut hidden;
      hidden.document = *store.document(id);
      hidden.document.disclosure = policy::Disclosure::on_request;
      put(event(CommandKind::document_put, id, 2, std::move(hidden)));
    }
    co_await append();
    EXPECT_TRUE(store.has_undisclosed_content(of_item)) << "its document is not public any more";
    EXPECT_TRUE(store.has_undisclosed_content(of_document));

    put_document("D", 3, "public again");
    co_await append();
    EXPECT_FALSE(store.has_undisclosed_content(of_item));
    EXPECT_FALSE(store.withdrawal(of_item).any());
    put(event(CommandKind::item_withdraw, "I", 3, contracts::ItemWithdrawn()));
    co_await append();
    EXPECT_TRUE(store.withdrawal(of_item).all());
    EXPECT_FALSE(store.has_undisclosed_content(of_item));
  };
  run(body());
}

TEST_F(CatalogStoreTest, PublishesTheLatestVersionsReadyToBeDecided) {
  auto body = [&]() -> asio::awaitable<void> {
    contracts::ItemDrafted drafted;
    drafted.owner.bureau = "jw";
    drafted.draft = version(1, "p.employees >= 10");
    put(event(CommandKind::item_put, "I", 1, drafted));
    co_await append();
    EXPECT_TRUE(store.published()->empty()) << "a draft is nobody's business yet";
    EXPECT_EQ(store.compiled("I", 1), nullptr);

    contracts::ItemPublished published;
    published.version = version(1, "p.employees >= 10");
    published.version.published_at = noon;
    published.version.published_by = "other";
    put(event(CommandKind::item_publish, "I", 2, published));
    co_await append();
    const std::shared_ptr<const PublishedItems> before = store.published();
    EXPECT_EQ(before->size(), 1u);
    EXPECT_EQ(before, store.published());
    EXPECT_EQ(store.compiled("I", 1), before->front()) << "compiled once";

    published.version.version = 2;
    published.version.content.rule = "p.employees >= 20";
    put(event(CommandKind::item_publish, "I", 3, published));
    co_await append();
    EXPECT_EQ(store.published()->front()->version->version, 2);
    EXPECT_EQ(before->front()->version->version, 1) << "a snapshot stays as it is";
    EXPECT_NE(store.compiled("I", 1), nullptr) << "running campaigns keep the version that was approved";

    put(event(CommandKind::item_withdraw, "I", 4, contracts::ItemWithdrawn()));
    co_await append();
    EXPECT_TRUE(store.published()->empty());
  };
  run(body());
}

TEST_F(CatalogStoreTest, CountsTheFirstOutcomeOfACommandOnly) {
  auto body = [&]() -> asio::awaitable<void> {
    contracts::CommandRefused refusal;
    refusal.problem = R"({"status":409})";
    contracts::CatalogEvent refused = event(CommandKind::document_put, "D", 0, refusal);
    put(refused);
    // Another owner, who did not know of it, decided the same command otherwise.
    contracts::DocumentPut document;
    document.document.id = "D";
    document.document.title = "late";
    document.document.owner.bureau = "jw";
    contracts::CatalogEvent late = event(CommandKind::document_put, "D", 1, document);
    late.command = refused.command;
    put(late);
    co_await append();
    EXPECT_EQ(store.document("D"), nullptr) << "whoever asked was told that it is refused";
    const auto outcome = co_await store.outcome(refused.command, Notice::Clock::now() + 1s);
    EXPECT_TRUE(outcome && std::holds_alternative<contracts::CommandRefused>(outcome->outcome));
  };
  run(body());
}

TEST_F(CatalogStoreTest, KnowsTheOutcomeOfACommandForADay) {
  auto body = [&]() -> asio::awaitable<void> {
    put_command("command-1", "hash", noon);
    co_await append();
    const CommandState* state = store.commands().find("command-1");
    EXPECT_TRUE(state != nullptr && !state->outcome && state->body_hash == "hash") << "in flight";
    const auto none = co_await store.outcome("command-1", Notice::Clock::now() + 10ms);
    EXPECT_EQ(none, nullptr);

    contracts::CommandRefused refused;
    refused.problem = R"({"status":409})";
    put(event(CommandKind::document_put, "D", 0, refused));
    auto repeated = event(CommandKind::document_put, "D", 0, contracts::CommandRepeated());
    repeated.command = "command-1";
    put(repeated);
    co_await append();
    const auto outcome = co_await store.outcome("command-1", Notice::Clock::now() + 1s);
    EXPECT_TRUE(outcome && std::holds_alternative<contracts::CommandRefused>(outcome->outcome));
    EXPECT_EQ(store.version(), 0u);

    put_command("another", "hash", noon + 25h);
    co_await append();
    EXPECT_EQ(store.commands().find("command-1"), nullptr);
  };
  run(body());
}

TEST_F(CatalogStoreTest, TellsWhoWaitsThatSomethingChanged) {
  auto body = [&]() -> asio::awaitable<void> {
    const bool nothing = co_await store.changed(0, Notice::Clock::now() + 10ms);
    EXPECT_FALSE(nothing);
    put_document("D", 1, "first");
    auto waiting = store.changed(0, Notice::Clock::now() + 5s);
    co_await append();
    const bool changed = co_await std::move(waiting);
    EXPECT_TRUE(changed);
  };
  run(body());
}

TEST_F(CatalogStoreTest, QuarantinesWhatItCannotReadAndGoesOn) {
  auto body = [&]() -> asio::awaitable<void> {
    for (const char* text : {"{", "{}"}) {
      log::NewRecord poison;
      poison.topic = "catalog";
      poison.value = text;
      poison.event.type = contracts::DocumentPut::type;
      pending.push_back(std::move(poison));
    }
    put_document("D", 1, "first");
    co_await append();
    EXPECT_NE(store.document("D"), nullptr);
    const result<log::Batch> letters = co_await log.read("dead-letters", 0, 0, log::ReadLimits());
    EXPECT_EQ(letters->records.size(), 2u);
  };
  run(body());
}

TEST_F(CatalogStoreTest, PagesGoOnBehindTheLastId) {
  auto body = [&]() -> asio::awaitable<void> {
    for (const char* id : {"A", "B", "C", "D", "E"}) put_document(id, 1, id);
    co_await append();
    const auto keep = [](const policy::Document& document) { return document.id != "B"; };
    const Page<policy::Document> first = page_of(store.documents(), "", 2, keep);
    EXPECT_EQ(first.entities.size(), 2u);
    EXPECT_EQ(first.next, "C");
    const Page<policy::Document> second = page_of(store.documents(), first.next, 2, keep);
    EXPECT_EQ(second.entities.front()->id, "D");
    EXPECT_TRUE(second.next.empty());
  };
  run(body());
}

}  // namespace
}  // namespace zhida::stores
