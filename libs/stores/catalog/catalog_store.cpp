#include "stores/catalog/catalog_store.hpp"

#include "domain/delivery/intent_id.hpp"
#include "stores/log_reading.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace zhida::stores {
namespace asio = boost::asio;
using boost::system::result;

namespace {

constexpr std::string_view catalog_topic = "catalog";
constexpr std::string_view commands_topic = "commands";

template <class T>
std::shared_ptr<const T> find(const Entities<T>& entities, std::string_view id) {
  const auto found = entities.find(id);
  return found == entities.end() ? nullptr : found->second;
}

/// Puts the new state of an entity, if its revision is the next one.
template <class T>
bool put(Entities<T>& entities, const contracts::CatalogEvent& event, T state) {
  const std::shared_ptr<const T> current = find(entities, event.entity);
  if (event.revision != (current ? current->revision : 0) + 1) return false;
  state.id = event.entity;
  state.revision = event.revision;
  entities.insert_or_assign(event.entity, std::make_shared<const T>(std::move(state)));
  return true;
}

}  // namespace

CatalogStore::CatalogStore(asio::any_io_executor executor, log::EventLog& log, std::shared_ptr<const matching::Language> language,
                           DeadLetters& dead_letters, Report report)
    : log_(log),
      language_(std::move(language)),
      dead_letters_(dead_letters),
      report_(std::move(report)),
      progress_(executor),
      changed_(executor) {}

asio::awaitable<void> CatalogStore::run() {
  MemoryFold fold;
  fold.catch_up = [this] { return catch_up(); };
  fold.positions = [this] {
    std::vector<log::Position> positions(2);
    positions[0].topic = catalog_topic;
    positions[0].next = catalog_next_;
    positions[1].topic = commands_topic;
    positions[1].next = commands_next_;
    return positions;
  };
  fold.report = report_;
  return follow(log_, std::move(fold));
}

asio::awaitable<result<std::size_t>> CatalogStore::catch_up() {
  if (!catalog_target_) {
    const result<log::Range> catalog = co_await log_.range(catalog_topic, 0);
    if (!catalog) co_return catalog.error();
    const result<log::Range> commands = co_await log_.range(commands_topic, 0);
    if (!commands) co_return commands.error();
    catalog_target_ = catalog->end;
    commands_target_ = commands->end;
    commands_next_ = std::max(commands_next_, commands->start);  // kept for 30 days only
  }
  const result<std::size_t> commands = co_await fold_topic(std::string(commands_topic), commands_next_);
  if (!commands) co_return commands;
  const result<std::size_t> catalog = co_await fold_topic(std::string(catalog_topic), catalog_next_);
  if (!catalog) co_return catalog;
  if (catalog_next_ >= *catalog_target_ && commands_next_ >= *commands_target_) ready_ = true;
  co_return *commands + *catalog;
}

asio::awaitable<result<std::size_t>> CatalogStore::fold_topic(std::string topic, log::Offset& next) {
  const result<log::Batch> batch = co_await log_.read(topic, 0, next);
  if (!batch) co_return batch.error();
  const std::uint64_t before = version_;
  Turn turn;
  for (const log::RecordPtr& record : batch->records) {
    domain::FieldErrors errors = topic == catalog_topic ? fold_catalog(*record) : fold_command(*record);
    if (!errors.empty()) {
      DeadLetters::Input letter;
      letter.topic = topic;
      letter.record = record;
      letter.poison.reason = std::move(errors.front());
      letter.poison.content = record->value;
      letters_.push_back(std::move(letter));
    }
    next = record->offset + 1;  // before others run: what is folded is not folded again
    if (!turn.over()) continue;
    progress_.advance(topic, 0, next);  // who meets an outcome meanwhile waits for others to come as far
    co_await turn.pass();
  }
  progress_.advance(topic, 0, next);
  if (version_ != before) changed_.ring();
  if (!letters_.empty()) {
    std::vector<DeadLetters::Input> waiting = letters_;  // kept until the log has them
    const result<void> quarantined = co_await dead_letters_.quarantine(std::move(waiting));
    if (!quarantined) co_return quarantined.error();
    letters_.clear();
  }
  const std::size_t moved = batch->records.size() + (next < batch->next ? 1 : 0);
  next = batch->next;
  progress_.advance(topic, 0, next);
  co_return moved;
}

domain::FieldErrors CatalogStore::fold_command(const log::Record& record) {
  const auto command = contracts::command_requested_from_json(record.event.type, record.value);
  if (!command) return command.error();
  commands_.note(*command, record.offset);
  return {};
}

domain::FieldErrors CatalogStore::fold_catalog(const log::Record& record) {
  auto read = contracts::catalog_event_from_json(record.event.type, record.value);
  if (!read) return read.error();
  const auto event = std::make_shared<const contracts::CatalogEvent>(std::move(*read));
  // Of several outcomes of one command the first counts: two owners may have decided it differently, and somebody was told the first.
  const CommandState* const known = commands_.find(event->command);
  const bool is_first = known == nullptr || !known->outcome;
  commands_.note(event, record.offset);
  const auto answered = static_cast<log::Offset>(event->command_offset);
  answered_to_ = std::max(answered_to_.value_or(answered), answered);
  if (is_first && apply(*event)) {
    ++version_;
    const bool goes = event->kind == contracts::CommandKind::campaign_launch || event->kind == contracts::CommandKind::campaign_approve;
    if (goes && !record.event.traceparent.empty()) launched_under_.insert_or_assign(event->entity, record.event.traceparent);
  }
  return {};
}

bool CatalogStore::apply(const contracts::CatalogEvent& event) {
  if (const auto* document = std::get_if<contracts::DocumentPut>(&event.outcome)) return put(documents_, event, document->document);
  if (const auto* package = std::get_if<contracts::PackagePut>(&event.outcome)) return put(packages_, event, package->package);
  if (const auto* campaign = std::get_if<contracts::CampaignChanged>(&event.outcome)) {
    if (!put(campaigns_, event, campaign->campaign)) return false;
    highest_campaign_ = std::max(highest_campaign_, delivery::parse_campaign(event.entity).value_or(0));
    return true;
  }
  const bool refused =
      std::holds_alternative<contracts::CommandRefused>(event.outcome) || std::holds_alternative<contracts::CommandRepeated>(event.outcome);
  return !refused && apply_to_item(event);
}

bool CatalogStore::apply_to_item(const contracts::CatalogEvent& event) {
  const std::shared_ptr<const policy::Item> current = item(event.entity);
  policy::Item next = current ? *current : policy::Item();
  if (event.revision != next.revision + 1) return false;
  contracts::apply(next, event);
  items_.insert_or_assign(event.entity, std::make_shared<const policy::Item>(std::move(next)));
  published_.reset();
  return true;
}

asio::awaitable<bool> CatalogStore::changed(std::uint64_t seen, Notice::Clock::time_point deadline) {
  if (version_ <= seen) co_await changed_.wait(deadline);  // rung only when the version has grown
  co_return version_ > seen;
}

asio::awaitable<std::shared_ptr<const contracts::CatalogEvent>> CatalogStore::outcome(std::string command,
                                                                                      Notice::Clock::time_point deadline) {
  for (;;) {
    if (const CommandState* state = commands_.find(command); state != nullptr && state->outcome) co_return state->outcome;
    const bool moved = co_await progress_.moved(deadline);
    if (!moved) co_return nullptr;  // too late, or cut off
  }
}

std::shared_ptr<const policy::Document> CatalogStore::document(std::string_view id) const { return find(documents_, id); }
std::shared_ptr<const policy::Item> CatalogStore::item(std::string_view id) const { return find(items_, id); }
std::shared_ptr<const policy::Package> CatalogStore::package(std::string_view id) const { return find(packages_, id); }
std::shared_ptr<const campaign::Campaign> CatalogStore::campaign(std::string_view id) const { return find(campaigns_, id); }

std::string_view CatalogStore::launched_under(std::string_view campaign) const {
  const auto found = launched_under_.find(campaign);
  return found == launched_under_.end() ? std::string_view() : std::string_view(found->second);
}

bool CatalogStore::has_undisclosed_content(const campaign::Campaign& campaign) const {
  const auto is_hidden = [this](const std::string& id) {
    const auto found = document(id);
    return found != nullptr && !policy::is_public(*found);
  };
  return std::ranges::any_of(campaign.package.contents, [&](const campaign::PinnedContent& content) {
    if (content.type != policy::ContentType::item) return is_hidden(content.id);
    const auto found = item(content.id);
    const policy::ItemVersion* const pushed = found != nullptr ? found->find(content.version) : nullptr;
    return pushed != nullptr && pushed->content.document && is_hidden(*pushed->content.document);
  });
}

campaign::Withdrawal CatalogStore::withdrawal(const campaign::Campaign& campaign) const {
  std::vector<bool> items;
  for (const campaign::PinnedContent& content : campaign.package.contents) {
    if (content.type != policy::ContentType::item) continue;
    const auto found = item(content.id);
    items.push_back(found == nullptr || found->state() == policy::ItemState::withdrawn);
  }
  return {std::move(items), campaign.plan.audience};
}

std::shared_ptr<const policy::CompiledItem> CatalogStore::compiled(std::string_view id, int version) {
  auto key = std::make_pair(std::string(id), version);
  if (const auto known = rules_.find(key); known != rules_.end()) return known->second;
  const std::shared_ptr<const policy::Item> entity = item(id);
  const policy::ItemVersion* wanted = entity ? entity->find(version) : nullptr;
  if (wanted == nullptr) return nullptr;
  std::shared_ptr<const policy::ItemVersion> kept(entity, wanted);
  policy::CompiledItem::Compiled result = policy::CompiledItem::compile(language_, key.first, std::move(kept));
  std::shared_ptr<const policy::CompiledItem> ready;
  if (result.item)
    ready = std::make_shared<const policy::CompiledItem>(std::move(*result.item));
  else if (report_)
    report_("item " + key.first + " version " + std::to_string(version) + " does not compile any more");
  return rules_[std::move(key)] = std::move(ready);
}

std::shared_ptr<const PublishedItems> CatalogStore::published() {
  if (published_) return published_;
  PublishedItems all;
  for (const auto& [id, entity] : items_) {
    if (entity->state() != policy::ItemState::published) continue;
    if (auto ready = compiled(id, entity->latest()->version)) all.push_back(std::move(ready));
  }
  published_ = std::make_shared<const PublishedItems>(std::move(all));
  return published_;
}

}  // namespace zhida::stores
