#include "services/effect/effect_world.hpp"

#include "contracts/profiles/profile_patched.hpp"
#include "contracts/topics.hpp"
#include "schemas/files.hpp"
#include "stores/deliveries/bucket.hpp"
#include "stores/deliveries/keys.hpp"
#include "stores/topic_layout.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace zhida::effect_service {
namespace {

using boost::system::result;
namespace topics = contracts::topics;

std::string_view reference_file(std::string_view name) { return schemas::file("reference/" + std::string(name)); }

policy::ItemVersion item_version(std::string title) {
  policy::ItemVersion version;
  version.content.title = std::move(title);
  version.content.document = "D1";
  version.content.rule = "p.is_branch == false";
  version.author = "somebody";
  version.rule_hash = std::string(64, 'a');
  version.published_at = decision_time;
  version.published_by = "somebody-else";
  return version;
}

campaign::Campaign campaign_of(std::string id, std::string bureau, std::vector<std::string> items) {
  campaign::Campaign made;
  made.id = std::move(id);
  made.revision = 1;
  made.owner.bureau = std::move(bureau);
  made.plan.title = "推送 " + made.id;
  made.plan.package = "P1";
  made.plan.audience.form = campaign::RuleAudience{"p.is_branch == false"};
  made.plan.valid_until = domain::Date(std::chrono::year(2027) / 1 / 1);
  made.package.id = "P1";
  made.package.title = "礼包";
  for (std::string& item : items) {
    campaign::PinnedContent content;
    content.id = std::move(item);
    content.version = 1;
    content.rule_hash = std::string(64, 'a');
    made.package.contents.push_back(std::move(content));
  }
  made.content_hash = std::string(64, 'c');
  made.state = campaign::State::running;
  made.authors = {"somebody"};
  made.started_at = decision_time;
  return made;
}

}  // namespace

EffectTest::EffectTest()
    : log(stores::topic_layout(test_partitions)),
      reference(stores::ReferenceData::read(reference_file)),
      dead_letters(log, [this] { return now; }),
      writer(io.get_executor(), address()),
      reader_client(io.get_executor(), address()),
      deliveries(reader_client, fold, test_partitions, progress),
      catalog(io.get_executor(), log, reference.language, dead_letters),
      profiles(io.get_executor(), log, test_partitions, reference.dictionary,
               stores::ProfileStore::Tables{*reference.industries, reference.size_classes}, dead_letters),
      keys(directory / "keys.json"),
      tasks(io.get_executor(), [](std::string_view reason) { ADD_FAILURE() << reason; }) {
  for (const auth::Role role : auth::all_roles) key_of[std::string(auth::name_of(role))] = keys.add(role, "qfb");
  key_of["analyst_jw"] = keys.add(auth::Role::analyst, "jw");
  tasks.spawn(writer.run());
  tasks.spawn(reader_client.run());
  tasks.spawn(catalog.run());
  for (int partition = 0; partition < test_partitions; ++partition) tasks.spawn(profiles.run(partition));
}

EffectTest::~EffectTest() {
  tasks.stop(asio::cancellation_type::terminal);
  io.restart();
  while (tasks.size() != 0 && io.run_one_for(5s) != 0) {
  }
  pool.join();
  io.restart();
  io.poll();
}

redis::Address EffectTest::address() const {
  redis::Address at;
  at.host = "127.0.0.1";
  at.port = server.port();
  return at;
}

void EffectTest::start_folding() {
  stores::FoldRunner::Settings fast;
  fast.check = 20ms;
  fast.first_delay = 2ms;
  for (int partition = 0; partition < test_partitions; ++partition) {
    runners.emplace_back(io.get_executor(), log, writer, fold, partition, progress, dead_letters, stores::FoldRunner::Report(), fast);
    tasks.spawn(runners.back().run());
  }
}

asio::awaitable<void> EffectTest::append(std::vector<log::NewRecord> records) {
  const auto appended = co_await log.append(std::move(records));
  EXPECT_TRUE(appended.has_value());
}

asio::awaitable<void> EffectTest::sleep(std::chrono::milliseconds time) {
  asio::steady_timer timer(io, time);
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> EffectTest::catch_up() {
  for (int attempt = 0; attempt < 1'000; ++attempt) {
    bool all = catalog.ready() && profiles.ready();
    const auto folded = co_await deliveries.folded_to();
    all = all && folded.has_value();
    for (int partition = 0; all && partition < test_partitions; ++partition) {
      for (const std::string& topic : fold.topics()) {
        const result<log::Range> range = co_await log.range(topic, partition);
        all = all && folded->at(topic)[static_cast<std::size_t>(partition)] >= range->end;
      }
      const result<log::Range> range = co_await log.range(topics::profiles, partition);
      all = all && profiles.progress().position(topics::profiles, partition) >= range->end;
    }
    const result<log::Range> range = co_await log.range(topics::catalog, 0);
    if (all && catalog.progress().position(topics::catalog, 0) >= range->end) co_return;
    co_await sleep(10ms);
  }
  ADD_FAILURE() << "the log is not folded";
}

asio::awaitable<Answer> EffectTest::ask(http::Verb verb, std::string target, std::string role, std::string accept) {
  if (!service) {
    const Dependencies with{
        io.get_executor(), log,     reader_client,         fold, progress, deliveries, catalog, profiles, reference, pool.get_executor(),
        journal,           metrics, [this] { return now; }};
    service = std::make_unique<Service>(with, settings());
    service->add_routes(router);
    tasks.spawn(service->run_verifier());
    tasks.spawn(service->run_nightly());
    if (settings().one_of_many) tasks.spawn(service->run_sharing());
    auto acceptor = http::listen(io.get_executor(), "127.0.0.1", 0);
    port = acceptor.local_endpoint().port();
    http::ServerOptions options;
    options.authorise = http::bearer_keys(keys);
    tasks.spawn(http::serve(std::move(acceptor), router, options, tasks));
  }
  co_return co_await ask_at(port, verb, std::move(target), std::move(role), std::move(accept));
}

asio::awaitable<Answer> EffectTest::ask_at(std::uint16_t at, http::Verb verb, std::string target, std::string role, std::string accept,
                                           std::string idempotency_key) {
  http::ClientRequest request(verb, std::move(target));
  request.set("Authorization", "Bearer " + key_of.at(role));
  if (!accept.empty()) request.set("Accept", accept);
  if (!idempotency_key.empty()) request.set("Idempotency-Key", idempotency_key);
  http::Client client(io.get_executor(), "127.0.0.1", at);
  http::ClientResponse response = co_await client.send(std::move(request));
  Answer answer;
  answer.status = static_cast<int>(response.status);
  answer.headers = std::move(response.headers);
  answer.body = std::move(response.body);
  answer.json.Parse(answer.body.c_str());
  co_return answer;
}

asio::awaitable<Answer> EffectTest::get(std::string target, std::string role, std::string accept) {
  co_return co_await ask(http::Verb::get, std::move(target), std::move(role), std::move(accept));
}

log::NewRecord EffectTest::outcome(contracts::CommandKind kind, std::string entity, contracts::CatalogEvent::Outcome outcome) {
  contracts::CatalogEvent event;
  event.kind = kind;
  event.entity = std::move(entity);
  event.command = "command-" + std::to_string(++commands_);
  event.command_offset = commands_;
  event.revision = ++revisions_[event.key()];
  event.by = "somebody";
  event.at = decision_time;
  event.outcome = std::move(outcome);
  log::NewRecord record = record_of(topics::catalog, 0, contracts::type_of(event), contracts::to_json(event), decision_time);
  record.key = event.key();
  return record;
}

void EffectTest::publish_catalogue() {
  std::vector<log::NewRecord> records;
  policy::Document document;
  document.id = "D1";
  document.revision = 1;
  document.owner.bureau = "jw";
  document.title = "政策文件";
  document.level = policy::Level::city;
  document.topics = {"talent", "tax"};
  records.push_back(outcome(contracts::CommandKind::document_put, "D1", contracts::DocumentPut{document}));
  for (const char* id : {"ITEM-1", "ITEM-2"}) {
    policy::Owner owner;
    owner.bureau = "jw";
    policy::ItemVersion version = item_version(std::string("事项 ") + id);
    records.push_back(outcome(contracts::CommandKind::item_put, id, contracts::ItemDrafted{owner, version}));
    records.push_back(outcome(contracts::CommandKind::item_publish, id, contracts::ItemPublished{version}));
  }
  records.push_back(
      outcome(contracts::CommandKind::campaign_create, "c1", contracts::CampaignChanged{campaign_of("c1", "jw", {"ITEM-1", "ITEM-2"})}));
  records.push_back(
      outcome(contracts::CommandKind::campaign_create, "c2", contracts::CampaignChanged{campaign_of("c2", "kcb", {"ITEM-1"})}));
  run(append(std::move(records)));
}

log::NewRecord EffectTest::intents(delivery::CampaignNumber campaign, int partition, int count, int suppressed) {
  contracts::IntentsHeader header;
  header.campaign = campaign;
  header.decided_at = decision_time;
  for (const char* id : {"ITEM-1", "ITEM-2"}) {
    contracts::IntentItem item;
    item.id = id;
    item.version = 1;
    item.rule_hash = std::string(64, 'a');
    header.items.push_back(std::move(item));
    if (campaign == 2) break;
  }
  contracts::IntentsWriter block(header);
  std::vector<delivery::ItemDecision> decisions(header.items.size());
  decisions[0].verdict = delivery::Verdict::eligible;
  decisions[0].benefit = 1'000;
  if (decisions.size() > 1) decisions[1].verdict = delivery::Verdict::manual;
  contracts::Facets facets;
  facets.legal_form = "=1+1";  // what a spreadsheet would compute
  for (int i = 0; i < count; ++i) {
    const bool opted_out = i >= count - suppressed;
    facets.size_class = i < 2 ? "large" : "small";
    facets.street = "310117001";
    block.add(enterprise_in(partition, i), opted_out ? delivery::State::suppressed : delivery::State::matched,
              opted_out ? delivery::Reason::opted_out : delivery::Reason::none, facets, decisions, R"({"is_branch":false})");
  }
  return record_of(topics::intents, partition, contracts::IntentsWriter::type, block.finish(), decision_time);
}

log::NewRecord EffectTest::delivered(delivery::CampaignNumber campaign, int partition, int first, int count) {
  contracts::ReceiptsRecorded block;
  block.header.campaign = campaign;
  block.header.at = decision_time + 1h;
  for (int i = first; i < first + count; ++i) {
    contracts::Receipt receipt;
    receipt.uscc = enterprise_in(partition, i);
    receipt.state = delivery::State::delivered;
    block.facts.push_back(receipt);
  }
  return record_of(block, partition);
}

log::NewRecord EffectTest::engagement(std::string id, delivery::CampaignNumber campaign, enterprise::Uscc uscc,
                                      delivery::EngagementType type, std::uint16_t part, bool machine) {
  contracts::EngagementRecorded event;
  event.id = std::move(id);
  event.campaign = campaign;
  event.uscc = uscc;
  event.part = part;
  if (part != 0) event.item = "ITEM-" + std::to_string(part);
  event.type = type;
  event.at = decision_time + 2h + 30min;
  if (machine) event.machine = contracts::MachineMark{"prefetch", 1};
  return record_of(event, event.at);
}

log::NewRecord EffectTest::profile(enterprise::Uscc uscc, bool eligible) {
  contracts::ProfilePatched event;
  event.uscc = uscc;
  event.recorded_at = decision_time;
  contracts::AttributeStatement statement;
  statement.name = "is_branch";
  statement.value = enterprise::RawValue::of(!eligible);
  statement.source = "市场监管";
  statement.as_of = std::chrono::year(2026) / 6 / 30;
  event.attributes.push_back(statement);
  std::string json;
  contracts::append_json(json, event);
  log::NewRecord record = record_of(topics::profiles, enterprise::partition_of(uscc, test_partitions), contracts::ProfilePatched::type,
                                    std::move(json), decision_time);
  record.key = uscc.text();
  return record;
}

std::string EffectTest::live_prefix(int partition, const redis::Reply& live) const {
  return stores::key_prefix(fold.name(), partition, live.text);
}

asio::awaitable<void> EffectTest::tamper(int partition, std::string key, std::string field, std::optional<std::string> value) {
  const auto live = co_await writer.command("HGET", stores::meta_key(fold.name(), partition), "live");
  const std::string whole = live_prefix(partition, *live) + key;
  result<redis::Reply> done = redis::Reply();
  if (value)
    done = co_await writer.command("HSET", whole, field, *value);
  else
    done = co_await writer.command("HDEL", whole, field);
  EXPECT_TRUE(done && !done->is_error());
}

asio::awaitable<std::map<std::string, std::string>> EffectTest::stored(int partition, std::string key) {
  const auto live = co_await writer.command("HGET", stores::meta_key(fold.name(), partition), "live");
  const std::string whole = live_prefix(partition, *live) + key;
  const auto hash = co_await writer.command("HGETALL", whole);
  co_return verify::fields_of(*hash);
}

asio::awaitable<std::string> EffectTest::stored_ledger(enterprise::Uscc uscc) {
  namespace keys = stores::deliveries;
  const std::uint32_t bucket = keys::bucket_of(enterprise::hash_of(uscc), fold.buckets());
  const auto buckets = co_await stored(enterprise::partition_of(uscc, test_partitions), keys::bucket_key(bucket));
  const enterprise::Uscc::Packed code = uscc.pack();
  const auto found = buckets.find(keys::bucket_field(bucket));
  if (found == buckets.end()) co_return std::string();
  co_return std::string(keys::find_ledger(found->second, {reinterpret_cast<const char*>(code.data()), code.size()}).value());
}

asio::awaitable<void> EffectTest::tamper_ledger(enterprise::Uscc uscc, std::string ledger) {
  namespace keys = stores::deliveries;
  const int partition = enterprise::partition_of(uscc, test_partitions);
  const std::uint32_t bucket = keys::bucket_of(enterprise::hash_of(uscc), fold.buckets());
  const auto buckets = co_await stored(partition, keys::bucket_key(bucket));
  std::map<std::string, std::string> ledgers;
  if (const auto found = buckets.find(keys::bucket_field(bucket)); found != buckets.end()) {
    keys::BucketEntries entries(found->second);
    while (const auto entry = entries.next()) ledgers[std::string(entry->code)] = entry->ledger;
  }
  const enterprise::Uscc::Packed code = uscc.pack();
  ledgers[std::string(code.begin(), code.end())] = std::move(ledger);
  std::string bytes;
  for (const auto& [each, bytes_of_it] : ledgers) keys::append_entry(bytes, each, bytes_of_it);
  co_await tamper(partition, keys::bucket_key(bucket), keys::bucket_field(bucket), std::move(bytes));
}

}  // namespace zhida::effect_service
