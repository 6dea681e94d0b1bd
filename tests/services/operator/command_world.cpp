#include "services/operator/command_world.hpp"

#include "contracts/topics.hpp"
#include "schemas/files.hpp"
#include "stores/topic_layout.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace zhida::test {
namespace {

namespace asio = boost::asio;
using contracts::CommandKind;
namespace topics = contracts::topics;

domain::Instant now() { return domain::start_of(std::chrono::year(2026) / 11 / 23); }

asio::awaitable<void> sleep(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace

SlowLog::Awaitable<std::vector<log::Offset>> SlowLog::append(std::vector<log::NewRecord> records) {
  if (delay.count() > 0) co_await sleep(delay);
  co_return co_await inner_.append(std::move(records));
}

CommandWorld::CommandWorld(std::chrono::milliseconds patience)
    : reference(stores::ReferenceData::read([](std::string_view name) { return schemas::file("reference/" + std::string(name)); })),
      log(stores::topic_layout(1)),
      dead_letters(log, now),
      catalog(io.get_executor(), log, reference.language, dead_letters),
      rules{reference, policy::LinkPolicy({"*.gov.cn"}), "https://page.example.gov.cn/"},
      journal(2, observe::Level::error),
      gateway(log, catalog, rules, now, patience),
      owner(log, catalog, rules, now, journal),
      tasks(io.get_executor(), [](std::string_view reason) { ADD_FAILURE() << reason; }) {
  tasks.spawn(catalog.run());
}

CommandWorld::~CommandWorld() {
  tasks.stop(asio::cancellation_type::terminal);
  io.restart();
  while (tasks.size() != 0 && io.run_one_for(std::chrono::seconds(5)) != 0) {
  }
}

policy::Document CommandWorld::document(std::string source) {
  policy::Document made;
  made.id = "doc";
  made.owner.bureau = "qfb";
  made.title = "文件";
  made.region = "310117";
  made.source = std::move(source);
  return made;
}

contracts::CatalogEvent CommandWorld::document_event(std::string source) {
  contracts::CatalogEvent event;
  event.command = "x";
  event.kind = CommandKind::document_put;
  event.entity = "doc";
  event.outcome = contracts::DocumentPut{document(std::move(source))};
  return event;
}

http::Request CommandWorld::put_document(const std::string& source) {
  http::Request request;
  request.verb = http::Verb::put;
  request.headers.add("If-Match", "*");
  request.body = R"({"title":"文件","level":"district","region":"310117","source":")" + source + "\"}";
  auth::Principal principal;
  principal.key_id = "writer";
  principal.role = auth::Role::operator_;
  principal.bureau = "qfb";
  request.principal = std::make_shared<const auth::Principal>(std::move(principal));
  return request;
}

asio::awaitable<void> CommandWorld::seed(std::string entity, CommandKind kind, contracts::CatalogEvent::Outcome outcome) {
  contracts::CommandRequested command;
  command.command = "seed-" + entity;
  command.kind = kind;
  command.entity = entity;
  command.role = "operator";
  command.at = now();
  log::NewRecord asked;
  asked.topic = topics::commands;
  asked.key = command.key();
  asked.value = contracts::to_json(command);
  asked.event = log::CloudEvent{command.command, std::string(contracts::CommandRequested::type), "/operator", 0};
  std::vector<log::NewRecord> commands;
  commands.push_back(std::move(asked));
  const auto at = co_await log.append(std::move(commands));

  contracts::CatalogEvent event;
  event.command = command.command;
  event.command_offset = static_cast<std::uint64_t>(at->front());
  event.kind = kind;
  event.entity = std::move(entity);
  event.revision = 1;
  event.at = now();
  event.outcome = std::move(outcome);
  log::NewRecord record;
  record.topic = topics::catalog;
  record.key = event.key();
  record.value = contracts::to_json(event);
  record.event = log::CloudEvent{event.command + "/outcome", std::string(contracts::type_of(event)), "/operator", 0};
  std::vector<log::NewRecord> records;
  records.push_back(std::move(record));
  const auto appended = co_await log.append(std::move(records));
  const bool folded = co_await catalog.progress().wait_until(topics::catalog, 0, appended->front(), std::chrono::seconds(10));
  EXPECT_TRUE(folded);
}

asio::awaitable<void> CommandWorld::campaigns(int count, campaign::State state, campaign::Audience audience) {
  contracts::CatalogEvent::Outcome put = contracts::DocumentPut{document("https://www.songjiang.gov.cn/1")};
  co_await seed("doc", CommandKind::document_put, std::move(put));
  policy::Package package;
  package.id = "pkg";
  package.owner.bureau = "qfb";
  package.title = "包";
  package.contents.push_back({policy::ContentType::document, "doc"});
  contracts::CatalogEvent::Outcome packed = contracts::PackagePut{std::move(package)};
  co_await seed("pkg", CommandKind::package_put, std::move(packed));
  for (int i = 1; i <= count; ++i) {
    campaign::Campaign made;
    made.id = "c" + std::to_string(i);
    made.owner.bureau = "qfb";
    made.plan.title = made.id;
    made.plan.package = "pkg";
    made.plan.audience = audience;
    made.plan.valid_until = now() + std::chrono::hours(24);
    made.package = operators::pinned_package("pkg", catalog, rules);
    made.content_hash = no_hash;
    made.state = state;
    made.authors = {"author"};
    const std::string id = made.id;
    contracts::CatalogEvent::Outcome changed = contracts::CampaignChanged{std::move(made)};
    co_await seed(id, CommandKind::campaign_create, std::move(changed));
  }
}

asio::awaitable<void> CommandWorld::start_owner() {
  tasks.spawn(owner.run());
  const auto wanted = co_await ids(std::string(topics::catalog));
  for (;;) {
    const auto audited = co_await ids(std::string(topics::audit));
    if (audited.size() >= wanted.size()) co_return;
    co_await sleep(std::chrono::milliseconds(2));
  }
}

asio::awaitable<std::vector<std::string>> CommandWorld::ids(std::string topic) {
  std::vector<std::string> found;
  const auto range = co_await log.range(topic, 0);
  for (log::Offset next = range->start; next < range->end;) {
    const auto batch = co_await log.read(topic, 0, next, log::ReadLimits());
    for (const log::RecordPtr& record : batch->records) found.push_back(record->event.id);
    next = batch->next;
  }
  co_return found;
}

}  // namespace zhida::test
