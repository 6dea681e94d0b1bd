#include "stores/catalog/catalog_store.hpp"

#include "platform/runtime/graceful_stop.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>

namespace zhida::stores {
namespace {

namespace asio = boost::asio;

template <class Entity>
std::shared_ptr<const Entity> find(const CatalogStore::Entities<Entity>& entities, std::string_view id) {
  const auto found = entities.find(id);
  return found == entities.end() ? nullptr : found->second;
}

template <class Entity>
std::uint64_t revision_in(const CatalogStore::Entities<Entity>& entities, std::string_view id) {
  const auto found = entities.find(id);
  return found == entities.end() ? 0 : found->second->revision;
}

constexpr std::string_view catalog_topic = "catalog";
constexpr std::string_view commands_topic = "commands";

}  // namespace

CatalogStore::CatalogStore(asio::any_io_executor executor, log::EventLog& log, std::shared_ptr<const matching::Language> language)
    : log_(log), language_(std::move(language)), changed_(executor), folded_(executor) {}

asio::awaitable<void> CatalogStore::run() {
  const log::Range commands = (co_await log_.range(commands_topic, 0)).value();
  const log::Range catalog = (co_await log_.range(catalog_topic, 0)).value();
  commands_next_ = commands.start;
  catalog_next_ = catalog.start;
  co_await read_commands(commands.end);
  co_await read_catalog(catalog.end);
  ready_ = true;
  changed_.ring();
  for (;;) {
    std::vector<log::Position> positions;
    positions.push_back({std::string(catalog_topic), 0, catalog_next_});
    positions.push_back({std::string(commands_topic), 0, commands_next_});
    co_await runtime::wait_for_work(log_.wait(std::move(positions)));
    co_await read_commands(0);
    co_await read_catalog(0);
  }
}

// Reads at least once, and up to `end`.
asio::awaitable<void> CatalogStore::read_commands(log::Offset end) {
  do {
    const log::Batch batch = (co_await log_.read(commands_topic, 0, commands_next_)).value();
    for (const log::RecordPtr& record : batch.records)
      if (const auto command = contracts::command_requested_from_json(record->value); command.has_value())
        commands_.fold(*command, record->offset);
    commands_next_ = batch.next;
  } while (commands_next_ < end);
  folded_.ring();
}

asio::awaitable<void> CatalogStore::read_catalog(log::Offset end) {
  const std::uint64_t before = version_;
  do {
    const log::Batch batch = (co_await log_.read(catalog_topic, 0, catalog_next_)).value();
    for (const log::RecordPtr& record : batch.records) fold_catalog(*record);
    catalog_next_ = batch.next;
  } while (catalog_next_ < end);
  folded_.ring();
  if (version_ != before) changed_.ring();
}

void CatalogStore::fold_catalog(const log::Record& record) {
  auto event = contracts::catalog_event_from_json(record.event.type, record.value);
  if (event.has_error())
    throw std::runtime_error("catalog record " + std::to_string(record.offset) + " is no catalogue event: " + event.error().front().detail);
  const auto shared = std::make_shared<const contracts::CatalogEvent>(std::move(event).value());
  next_command_ = std::max(next_command_, static_cast<log::Offset>(shared->command_offset) + 1);
  // A second record about the same command, of an owner that was replaced while it wrote, changes nothing.
  if (outcomes_.contains(shared->command)) return;
  if (apply(*shared)) ++version_;
  remember(shared);
}

bool CatalogStore::apply(const contracts::CatalogEvent& event) {
  const bool changes = !std::holds_alternative<contracts::CommandRefused>(event.outcome) &&
                       !std::holds_alternative<contracts::CommandRepeated>(event.outcome);
  if (!changes || event.revision != revision_of(event) + 1) return false;
  const auto store = [&event](auto& entities, auto entity) {
    entity.id = event.entity;
    entity.revision = event.revision;
    entities[event.entity] = std::make_shared<const decltype(entity)>(std::move(entity));
  };
  std::visit(
      [&](const auto& outcome) {
        using Outcome = std::decay_t<decltype(outcome)>;
        if constexpr (std::is_same_v<Outcome, contracts::DocumentPut>) {
          store(documents_, outcome.document);
        } else if constexpr (std::is_same_v<Outcome, contracts::PackagePut>) {
          store(packages_, outcome.package);
        } else if constexpr (std::is_same_v<Outcome, contracts::CampaignChanged>) {
          store(campaigns_, outcome.campaign);
        } else {
          const auto known = find(items_, event.entity);
          policy::Item item = known ? *known : policy::Item{};
          contracts::apply(item, event);
          store(items_, std::move(item));
        }
      },
      event.outcome);
  return true;
}

void CatalogStore::remember(Event event) {
  outcomes_.emplace(event->command, event);
  outcomes_by_age_.push_back(event);
  while (outcomes_by_age_.front()->at + CommandIndex::kept < event->at) {
    outcomes_.erase(outcomes_by_age_.front()->command);
    outcomes_by_age_.pop_front();
  }
}

std::uint64_t CatalogStore::revision_of(const contracts::CatalogEvent& event) const {
  switch (contracts::entity_kind_of(event.kind)) {
    case contracts::EntityKind::document:
      return revision_in(documents_, event.entity);
    case contracts::EntityKind::item:
      return revision_in(items_, event.entity);
    case contracts::EntityKind::package:
      return revision_in(packages_, event.entity);
    case contracts::EntityKind::campaign:
      return revision_in(campaigns_, event.entity);
  }
  return 0;
}

std::shared_ptr<const policy::Document> CatalogStore::document(std::string_view id) const { return find(documents_, id); }
std::shared_ptr<const policy::Item> CatalogStore::item(std::string_view id) const { return find(items_, id); }
std::shared_ptr<const policy::Package> CatalogStore::package(std::string_view id) const { return find(packages_, id); }
std::shared_ptr<const campaign::Campaign> CatalogStore::campaign(std::string_view id) const { return find(campaigns_, id); }

std::shared_ptr<const policy::CompiledItem> CatalogStore::compiled(std::string_view item, int version) const {
  auto key = std::make_pair(std::string(item), version);
  if (const auto found = compiled_.find(key); found != compiled_.end()) return found->second;
  const auto entity = find(items_, item);
  const policy::ItemVersion* content = entity ? entity->find(version) : nullptr;
  if (content == nullptr) return nullptr;
  // The version lives as long as the item that holds it.
  auto compiled = policy::CompiledItem::compile(language_, key.first, std::shared_ptr<const policy::ItemVersion>(entity, content));
  auto ready = compiled.item ? std::make_shared<const policy::CompiledItem>(std::move(*compiled.item)) : nullptr;
  return compiled_.emplace(std::move(key), std::move(ready)).first->second;
}

const std::vector<std::shared_ptr<const policy::CompiledItem>>& CatalogStore::published() const {
  if (published_version_ == version_) return published_;
  published_.clear();
  for (const auto& [id, item] : items_) {
    if (item->state() != policy::ItemState::published) continue;
    if (auto ready = compiled(id, item->latest()->version)) published_.push_back(std::move(ready));
  }
  published_version_ = version_;
  return published_;
}

CatalogStore::Event CatalogStore::outcome(std::string_view command) const {
  const auto found = outcomes_.find(std::string(command));
  return found == outcomes_.end() ? nullptr : found->second;
}

asio::awaitable<CatalogStore::Event> CatalogStore::wait_for_outcome(std::string command, std::chrono::milliseconds limit) {
  const auto deadline = Notice::Clock::now() + limit;
  for (;;) {
    if (Event event = outcome(command)) co_return event;
    const bool rung = co_await folded_.wait(deadline);
    if (!rung) co_return outcome(command);
  }
}

asio::awaitable<bool> CatalogStore::wait_until(log::Offset offset, std::chrono::milliseconds limit) {
  const auto deadline = Notice::Clock::now() + limit;
  while (catalog_next_ <= offset) {
    const bool rung = co_await folded_.wait(deadline);
    if (!rung) co_return catalog_next_ > offset;
  }
  co_return true;
}

}  // namespace zhida::stores
