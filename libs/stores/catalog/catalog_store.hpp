#pragma once

#include "contracts/catalog/catalog_event.hpp"
#include "domain/policy/check.hpp"
#include "matching/language.hpp"
#include "platform/log/event_log.hpp"
#include "stores/catalog/command_index.hpp"
#include "stores/notice.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace zhida::stores {

/// The catalogue in memory: a fold of `catalog` (documents, items, packages, campaigns, what became of each command) and of the
/// last day of `commands`.
///
/// Entities are immutable once handed out: a change makes a new one, so a handler may keep what it got across its own waits.
/// One executor; not thread-safe.
class CatalogStore {
 public:
  template <class Entity>
  using Entities = std::map<std::string, std::shared_ptr<const Entity>, std::less<>>;
  using Event = std::shared_ptr<const contracts::CatalogEvent>;

  CatalogStore(boost::asio::any_io_executor executor, log::EventLog& log, std::shared_ptr<const matching::Language> language);
  CatalogStore(const CatalogStore&) = delete;
  CatalogStore& operator=(const CatalogStore&) = delete;

  /// Folds from the start and then what comes, until cancelled. Throws `std::runtime_error` for a record that is no catalogue event:
  /// one owner writes this topic, so that is a broken log.
  boost::asio::awaitable<void> run();

  /// True once everything that was in the log at the start of `run` is folded.
  bool ready() const { return ready_; }

  /// Ordered by id.
  const Entities<policy::Document>& documents() const { return documents_; }
  const Entities<policy::Item>& items() const { return items_; }
  const Entities<policy::Package>& packages() const { return packages_; }
  const Entities<campaign::Campaign>& campaigns() const { return campaigns_; }

  // Null if there is none.
  std::shared_ptr<const policy::Document> document(std::string_view id) const;
  std::shared_ptr<const policy::Item> item(std::string_view id) const;
  std::shared_ptr<const policy::Package> package(std::string_view id) const;
  std::shared_ptr<const campaign::Campaign> campaign(std::string_view id) const;

  /// A published version made ready to be decided; compiled when first asked for. Null if there is no such version, or its rule no
  /// longer checks against the dictionary (then the item's verdict is unknown).
  std::shared_ptr<const policy::CompiledItem> compiled(std::string_view item, int version) const;
  /// The latest published versions of all items that are not withdrawn, by id.
  const std::vector<std::shared_ptr<const policy::CompiledItem>>& published() const;

  /// What became of the command; null while it has no outcome (or had it more than a day ago).
  Event outcome(std::string_view command) const;
  const CommandIndex& commands() const { return commands_; }
  /// The offset at which the owner goes on in `commands`: beyond the highest that an outcome names.
  log::Offset next_command() const { return next_command_; }
  /// The offset of the next catalogue record to fold.
  log::Offset position() const { return catalog_next_; }

  /// Waits for the outcome of `command`; null if that takes longer than `limit`.
  boost::asio::awaitable<Event> wait_for_outcome(std::string command, std::chrono::milliseconds limit);
  /// Waits until the catalogue record at `offset` is folded. False if that takes longer than `limit`.
  boost::asio::awaitable<bool> wait_until(log::Offset offset, std::chrono::milliseconds limit);
  /// Waits until an entity changes. False if `deadline` came first.
  boost::asio::awaitable<bool> changed(Notice::Clock::time_point deadline) { return changed_.wait(deadline); }
  /// Grows with every change of an entity.
  std::uint64_t version() const { return version_; }

 private:
  boost::asio::awaitable<void> read_commands(log::Offset end);
  boost::asio::awaitable<void> read_catalog(log::Offset end);
  void fold_catalog(const log::Record& record);
  bool apply(const contracts::CatalogEvent& event);
  void remember(Event event);
  std::uint64_t revision_of(const contracts::CatalogEvent& event) const;

  log::EventLog& log_;
  std::shared_ptr<const matching::Language> language_;

  Entities<policy::Document> documents_;
  Entities<policy::Item> items_;
  Entities<policy::Package> packages_;
  Entities<campaign::Campaign> campaigns_;
  std::unordered_map<std::string, Event> outcomes_;  // by command
  std::deque<Event> outcomes_by_age_;
  CommandIndex commands_;

  mutable std::map<std::pair<std::string, int>, std::shared_ptr<const policy::CompiledItem>> compiled_;
  mutable std::vector<std::shared_ptr<const policy::CompiledItem>> published_;
  mutable std::uint64_t published_version_ = 0;

  log::Offset catalog_next_ = 0;
  log::Offset commands_next_ = 0;
  log::Offset next_command_ = 0;
  std::uint64_t version_ = 1;
  bool ready_ = false;
  Notice changed_;
  Notice folded_;
};

}  // namespace zhida::stores
