#include "services/page/page_world.hpp"

#include "contracts/intents/intents_decided.hpp"
#include "contracts/receipts/receipts_recorded.hpp"
#include "contracts/topics.hpp"
#include "domain/delivery/intent_id.hpp"
#include "schemas/files.hpp"
#include "stores/topic_layout.hpp"

#include <cstdio>

namespace zhida::page {

using contracts::CommandKind;

enterprise::Uscc code(int n) {
  char first17[24];
  std::snprintf(first17, sizeof first17, "91310117%09d", n);
  return *enterprise::Uscc::make(first17);
}

Json::Json(std::string text) : value_(nullptr) {
  json::Parsed parsed = json::parse(std::move(text), {16U << 20U, 64});
  EXPECT_TRUE(static_cast<bool>(parsed)) << "the body is no JSON";
  if (!parsed) parsed = json::parse("null");
  document_ = std::make_shared<const json::Document>(parsed.release());
  value_ = &document_->root();
}

Json Json::operator[](const char* name) const {
  static const json::Value nothing;
  const json::Value* const member = json::find(*value_, name);
  EXPECT_NE(member, nullptr) << "no member " << name;
  return Json(*this, member != nullptr ? *member : nothing);
}

Json Json::operator[](std::size_t index) const {
  static const json::Value nothing;
  const bool good = value_->IsArray() && index < value_->Size();
  EXPECT_TRUE(good) << "no element " << index;
  return Json(*this, good ? (*value_)[static_cast<rapidjson::SizeType>(index)] : nothing);
}

std::size_t Json::size() const {
  EXPECT_TRUE(value_->IsArray());
  return value_->IsArray() ? value_->Size() : 0;
}

std::string Json::text() const {
  if (value_->IsString()) return std::string(json::text_of(*value_));
  std::string text;
  contracts::JsonWriter(text).copy(*value_);
  return text;
}

std::int64_t Json::number() const {
  EXPECT_TRUE(value_->IsInt64()) << text();
  return value_->IsInt64() ? value_->GetInt64() : -1;
}

bool Json::truth() const {
  EXPECT_TRUE(value_->IsBool()) << text();
  return value_->IsTrue();
}

std::vector<std::string> Json::texts() const {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < size(); ++i) all.push_back((*this)[i].text());
  return all;
}

Json Json::where(const char* name, const std::string& is) const {
  for (std::size_t i = 0; i < size(); ++i)
    if (Json element = (*this)[i]; element.has(name) && element[name].text() == is) return element;
  ADD_FAILURE() << "no element whose " << name << " is " << is;
  return Json("null");
}

PageWorld::PageWorld()
    : reference(stores::ReferenceData::read([](std::string_view name) { return schemas::file("reference/" + std::string(name)); })),
      log(stores::topic_layout(partitions)),
      dead_letters(log, [this] { return now; }),
      writer(io.get_executor(), address()),
      reader_client(io.get_executor(), address()),
      fold(stores::DeliveriesFold::Settings{partitions, 16}),
      progress(io.get_executor()),
      reader(reader_client, fold, partitions, progress),
      catalog(io.get_executor(), log, reference.language, dead_letters),
      profiles(io.get_executor(), log, partitions, reference.dictionary,
               stores::ProfileStore::Tables{*reference.industries, reference.size_classes}, dead_letters),
      keys(directory / "keys.json"),
      tasks(io.get_executor(), [](std::string_view reason) { ADD_FAILURE() << reason; }),
      folding(io.get_executor(), [](std::string_view reason) { ADD_FAILURE() << reason; }),
      sessions(io.get_executor(), [](std::string_view reason) { ADD_FAILURE() << reason; }) {
  for (const auth::Role role : auth::all_roles) key_of[role] = keys.add(role, "qfb");
  tasks.spawn(writer.run());
  tasks.spawn(reader_client.run());
  tasks.spawn(catalog.run());
  for (int partition = 0; partition < partitions; ++partition) tasks.spawn(profiles.run(partition));
  settings.token_key = std::string(32, 'k');
  settings.page_url = "https://www.songjiang.gov.cn/";
}

PageWorld::~PageWorld() {
  for (runtime::TaskGroup* group : {&sessions, &folding, &tasks}) group->stop(asio::cancellation_type::terminal);
  io.restart();
  io.run_for(2s);
}

redis::Address PageWorld::address() const {
  redis::Address at;
  at.host = "127.0.0.1";
  at.port = server.port();
  return at;
}

void PageWorld::start_folding() {
  stores::FoldRunner::Settings quick;
  quick.check = 20ms;
  quick.longest_delay = 20ms;
  runners.clear();
  for (int partition = 0; partition < partitions; ++partition) {
    runners.push_back(std::make_unique<stores::FoldRunner>(io.get_executor(), log, writer, fold, partition, progress, dead_letters,
                                                           stores::FoldRunner::Report(), quick));
    folding.spawn(runners.back()->run());
  }
}

asio::awaitable<void> PageWorld::stop_folding() {
  folding.stop(asio::cancellation_type::terminal);
  co_await folding.join();
}

void PageWorld::run(asio::awaitable<void> body, std::chrono::seconds limit) {
  Dependencies dependencies{log, reference, catalog, profiles, reader, registry, [this] { return now; }};
  service = std::make_unique<Service>(std::move(dependencies), settings);
  service->add_routes(router);
  auto acceptor = http::listen(io.get_executor(), "127.0.0.1", 0);
  port = acceptor.local_endpoint().port();
  http::ServerOptions options;
  options.authorise = http::bearer_keys(keys);
  sessions.spawn(http::serve(std::move(acceptor), router, std::move(options), sessions));
  start_folding();
  test::run_coroutine(io, settle(), limit);
  test::run_coroutine(io, std::move(body), limit);
}

void PageWorld::append(std::string topic, int partition, std::string key, std::string_view type, std::string value, domain::Instant at) {
  log::NewRecord record;
  record.topic = std::move(topic);
  record.partition = partition;
  record.key = std::move(key);
  record.value = std::move(value);
  record.event.id = std::to_string(pending_.size());
  record.event.type = type;
  record.event.source = "test";
  record.event.time_ms = at.time_since_epoch().count();
  pending_.push_back(std::move(record));
}

void PageWorld::put(CommandKind kind, const std::string& entity, contracts::CatalogEvent::Outcome outcome) {
  contracts::CatalogEvent event;
  event.command = "command-" + std::to_string(++commands_);
  event.command_offset = commands_;
  event.kind = kind;
  event.entity = entity;
  event.revision = ++revisions_[event.key()];
  event.by = "somebody";
  event.at = now;
  event.outcome = std::move(outcome);
  contracts::apply(items_[entity], event);
  append("catalog", 0, event.key(), contracts::type_of(event), contracts::to_json(event), now);
}

void PageWorld::put(policy::Document made) {
  const std::string id = made.id;
  put(CommandKind::document_put, id, contracts::DocumentPut{std::move(made)});
}

void PageWorld::publish(const std::string& id, policy::ItemContent content) {
  policy::ItemVersion version;
  version.version = items_[id].next_version();
  version.content = std::move(content);
  version.author = "author";
  version.written_at = now;
  version.rule_hash = std::string(64, 'a');
  policy::Owner owner;
  owner.bureau = "jw";
  put(CommandKind::item_put, id, contracts::ItemDrafted{owner, version});
  version.published_at = now;
  version.published_by = "approver";
  put(CommandKind::item_publish, id, contracts::ItemPublished{std::move(version)});
}

void PageWorld::withdraw(const std::string& id) { put(CommandKind::item_withdraw, id, contracts::ItemWithdrawn{}); }

campaign::Campaign PageWorld::campaign_with(delivery::CampaignNumber number, const std::vector<std::string>& items) {
  campaign::Campaign made;
  made.id = delivery::format_campaign(number);
  made.owner.bureau = "jw";
  made.plan.title = "投放" + std::to_string(number);
  made.plan.content = campaign::Message{"标题" + std::to_string(number), "正文 \"" + std::to_string(number) + "\""};
  made.plan.package = "pkg" + std::to_string(number);
  made.plan.audience.form = campaign::RuleAudience{"true"};
  made.plan.valid_until = day(2026, 12, 31);
  made.package.id = made.plan.package;
  made.package.title = "礼包" + std::to_string(number);
  made.package.target = "https://www.songjiang.gov.cn/pkg" + std::to_string(number);
  for (const std::string& id : items)
    made.package.contents.push_back({policy::ContentType::item, id, items_.at(id).latest()->version, std::string(64, 'a')});
  made.content_hash = std::string(64, 'b');
  made.state = campaign::State::running;
  made.authors = {"author"};
  made.started_at = now - 24h;
  return made;
}

void PageWorld::put(campaign::Campaign made) {
  const std::string id = made.id;
  put(CommandKind::campaign_launch, id, contracts::CampaignChanged{std::move(made)});
}

void PageWorld::start_campaign(delivery::CampaignNumber number, const std::vector<std::string>& items, std::string audience_rule,
                               policy::PackageKind kind) {
  campaign::Campaign made = campaign_with(number, items);
  made.plan.audience.form = campaign::RuleAudience{std::move(audience_rule)};
  made.package.kind = kind;
  put(std::move(made));
}

void PageWorld::know(const enterprise::Uscc& uscc, std::vector<std::pair<std::string_view, enterprise::RawValue>> values) {
  contracts::ProfilePatched event;
  event.uscc = uscc;
  event.recorded_at = now;
  for (const auto& [name, value] : values) {
    contracts::AttributeStatement statement;
    statement.name = name;
    statement.value = value;
    statement.source = "统计局";
    statement.as_of = day(2026, 6, 30);
    event.attributes.push_back(statement);
  }
  std::string json;
  contracts::append_json(json, event);
  append("profiles", profiles.partition_of(uscc), std::string(uscc.text()), contracts::ProfilePatched::type, std::move(json), now);
}

void PageWorld::determine(const enterprise::Uscc& uscc, std::string condition, bool value) {
  contracts::ProfilePatched event;
  event.uscc = uscc;
  event.recorded_at = now;
  enterprise::Determination determination;
  determination.condition = std::move(condition);
  determination.value = value;
  determination.decided_by = "区科委";
  determination.as_of = day(2026, 5, 1);
  determination.valid_to = day(2026, 12, 31);
  determination.basis = "沪科〔2026〕1号";
  event.determinations.push_back(std::move(determination));
  std::string json;
  contracts::append_json(json, event);
  append("profiles", profiles.partition_of(uscc), std::string(uscc.text()), contracts::ProfilePatched::type, std::move(json), now);
}

void PageWorld::decide(delivery::CampaignNumber number, const enterprise::Uscc& uscc, std::vector<delivery::ItemDecision> items,
                       delivery::State state) {
  contracts::IntentsHeader header;
  header.campaign = number;
  header.decided_at = now - 20h;
  for (std::size_t i = 0; i < items.size(); ++i) {
    contracts::IntentItem each;
    each.id = "item" + std::to_string(i);
    each.version = 1;
    each.rule_hash = std::string(64, 'a');
    header.items.push_back(std::move(each));
  }
  contracts::IntentsWriter block(header);
  const auto reason = state == delivery::State::suppressed ? delivery::Reason::opted_out : delivery::Reason::none;
  block.add(uscc, state, reason, contracts::Facets(), items);
  append("intents", profiles.partition_of(uscc), "", contracts::IntentsWriter::type, block.finish(), header.decided_at);
}

void PageWorld::deliver(delivery::CampaignNumber number, const enterprise::Uscc& uscc, domain::Instant at,
                        std::vector<std::uint16_t> left_out) {
  contracts::ReceiptsRecorded block;
  block.header.campaign = number;
  block.header.at = at;
  contracts::Receipt receipt;
  receipt.uscc = uscc;
  receipt.state = delivery::State::delivered;
  receipt.left_out = std::move(left_out);
  block.facts.push_back(receipt);
  append("receipts", profiles.partition_of(uscc), "", contracts::ReceiptsRecorded::type, contracts::to_json(block), at);
}

void PageWorld::push(delivery::CampaignNumber number, const enterprise::Uscc& uscc, std::vector<delivery::ItemDecision> items,
                     domain::Instant at, std::vector<std::uint16_t> left_out) {
  decide(number, uscc, std::move(items));
  deliver(number, uscc, at, std::move(left_out));
}

asio::awaitable<void> PageWorld::settle() {
  const auto appended = co_await log.append(std::exchange(pending_, {}));
  EXPECT_TRUE(appended.has_value());
  co_await catch_up();
}

asio::awaitable<void> PageWorld::catch_up() {
  for (int attempt = 0; attempt < 1'000; ++attempt) {
    const auto folded = co_await reader.folded_to();
    bool all = folded.has_value() && catalog.ready() && profiles.ready();
    for (int partition = 0; all && partition < partitions; ++partition) {
      for (const std::string& topic : fold.topics()) {
        const boost::system::result<log::Range> range = co_await log.range(topic, partition);
        all = all && folded->at(topic)[static_cast<std::size_t>(partition)] >= range->end;
      }
      const boost::system::result<log::Range> known = co_await log.range("profiles", partition);
      all = all && profiles.progress().position("profiles", partition) >= known->end;
    }
    const boost::system::result<log::Range> decided = co_await log.range("catalog", 0);
    if (all && catalog.progress().position("catalog", 0) >= decided->end) co_return;
    co_await sleep(5ms);
  }
  ADD_FAILURE() << "the log is not folded";
}

asio::awaitable<std::vector<contracts::EngagementRecorded>> PageWorld::engagements() {
  std::vector<contracts::EngagementRecorded> all;
  for (int partition = 0; partition < partitions; ++partition) {
    const boost::system::result<log::Batch> batch = co_await log.read("engagements", partition, 0, log::ReadLimits());
    for (const log::RecordPtr& record : batch->records) {
      auto read = contracts::read_engagement_recorded(record->value);
      EXPECT_TRUE(read.has_value()) << record->value;
      if (!read.has_value()) continue;
      EXPECT_EQ(record->event.id, read->id);
      EXPECT_EQ(profiles.partition_of(read->uscc), partition);
      all.push_back(std::move(*read));
    }
  }
  co_return all;
}

asio::awaitable<http::ClientResponse> PageWorld::get(std::string target, auth::Role role,
                                                     std::vector<std::pair<std::string, std::string>> headers, http::Verb verb) {
  http::Client client(io.get_executor(), "127.0.0.1", port);
  http::ClientRequest request(verb, std::move(target));
  request.headers = std::move(headers);
  request.set("Authorization", "Bearer " + key_of.at(role));
  co_return co_await client.send(std::move(request));
}

asio::awaitable<http::ClientResponse> PageWorld::post(std::string target, std::string body, auth::Role role) {
  http::Client client(io.get_executor(), "127.0.0.1", port);
  http::ClientRequest request(http::Verb::post, std::move(target), std::move(body));
  request.set("Authorization", "Bearer " + key_of.at(role));
  request.set("Content-Type", "application/json");
  co_return co_await client.send(std::move(request));
}

asio::awaitable<http::ClientResponse> PageWorld::click(std::string target, std::vector<std::pair<std::string, std::string>> headers,
                                                       http::Verb verb) {
  http::Client client(io.get_executor(), "127.0.0.1", port);
  http::ClientRequest request(verb, std::move(target));
  if (headers.empty()) headers.emplace_back("User-Agent", "Mozilla/5.0 (Windows NT 10.0) Firefox/120.0");
  request.headers = std::move(headers);
  co_return co_await client.send(std::move(request));
}

asio::awaitable<Json> PageWorld::inbox(const enterprise::Uscc& uscc, std::string query) {
  const http::ClientResponse answer = co_await get("/page/v1/enterprises/" + std::string(uscc.text()) + "/inbox" + query);
  EXPECT_EQ(answer.status, http::Status::ok) << answer.body;
  co_return Json(answer.body);
}

asio::awaitable<void> PageWorld::sleep(std::chrono::milliseconds time) {
  asio::steady_timer timer(io, time);
  co_await timer.async_wait(asio::use_awaitable);
}

policy::Document document(std::string id, std::string title) {
  policy::Document made;
  made.id = std::move(id);
  made.owner.bureau = "jw";
  made.title = std::move(title);
  made.kind = policy::DocumentKind::normative;
  made.level = policy::Level::district;
  made.region = "310117";
  made.topics = {"tax"};
  made.issuer = "松江区人民政府";
  made.published = day(2025, 1, 1);
  made.valid_from = day(2025, 1, 1);
  return made;
}

policy::ItemContent item(std::string title, std::string rule) {
  policy::ItemContent made;
  made.title = std::move(title);
  made.rule = std::move(rule);
  return made;
}

policy::Link link(policy::LinkRelation relation, std::string url) { return {relation, std::move(url), "链接"}; }

delivery::ItemDecision decided(delivery::Verdict verdict, std::optional<std::int64_t> benefit) {
  delivery::ItemDecision made;
  made.verdict = verdict;
  made.benefit = benefit;
  return made;
}

}  // namespace zhida::page
