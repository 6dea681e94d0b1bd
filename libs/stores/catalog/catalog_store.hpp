#pragma once

#include "contracts/catalog/catalog_event.hpp"
#include "contracts/commands/command.hpp"
#include "domain/campaign/campaign.hpp"
#include "domain/campaign/withdrawal.hpp"
#include "domain/policy/check.hpp"
#include "domain/policy/document.hpp"
#include "domain/policy/item.hpp"
#include "domain/policy/package.hpp"
#include "matching/language.hpp"
#include "platform/log/event_log.hpp"
#include "stores/catalog/command_index.hpp"
#include "stores/fold/dead_letters.hpp"
#include "stores/progress.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::stores {

/// Entities by id, ordered. A state once handed out never changes; the next one takes its place in the map.
template <class T>
using Entities = std::map<std::string, std::shared_ptr<const T>, std::less<>>;

/// The published items that can be had, ready to be decided, ordered by id. Immutable.
using PublishedItems = std::vector<std::shared_ptr<const policy::CompiledItem>>;

/// Documents, items, packages and campaigns: the fold of `catalog`, and of `commands` for their outcomes. In memory; every process that
/// needs it folds its own from the log.
///
/// Not thread-safe; use from the executor's thread. What it hands out are shared snapshots, which may cross threads and stay as they are.
class CatalogStore {
 public:
  using Report = std::function<void(std::string_view what)>;

  /// Everything referred to must outlive the store.
  CatalogStore(boost::asio::any_io_executor executor, log::EventLog& log, std::shared_ptr<const matching::Language> language,
               DeadLetters& dead_letters, Report report = {});

  /// Folds from the start, then follows, until cancelled; a graceful stop ends it between two batches.
  boost::asio::awaitable<void> run();

  /// True once everything is folded that the log held when `run` began; before, readers are to be told to come back.
  bool ready() const { return ready_; }

  /// Positions in `catalog` and `commands` (partition 0), for waiting until one's write shows.
  Progress& progress() { return progress_; }

  /// Grows with every record of `catalog` that changed an entity.
  std::uint64_t version() const { return version_; }
  /// Waits until `version()` is above `seen`; false if `deadline` came first.
  boost::asio::awaitable<bool> changed(std::uint64_t seen, Notice::Clock::time_point deadline = Notice::Clock::time_point::max());

  const Entities<policy::Document>& documents() const { return documents_; }
  const Entities<policy::Item>& items() const { return items_; }
  const Entities<policy::Package>& packages() const { return packages_; }
  const Entities<campaign::Campaign>& campaigns() const { return campaigns_; }

  /// Null for an unknown id.
  std::shared_ptr<const policy::Document> document(std::string_view id) const;
  std::shared_ptr<const policy::Item> item(std::string_view id) const;
  std::shared_ptr<const policy::Package> package(std::string_view id) const;
  std::shared_ptr<const campaign::Campaign> campaign(std::string_view id) const;

  /// The `traceparent` under which a campaign was launched or, if it starts by itself, approved; empty if that had none.
  std::string_view launched_under(std::string_view campaign) const;

  /// Whether a document in the campaign's package, or of one of its items, is no longer disclosed proactively: none of it may be pushed.
  bool has_undisclosed_content(const campaign::Campaign& campaign) const;
  /// Which items of its package were withdrawn: these may no longer be pushed.
  campaign::Withdrawal withdrawal(const campaign::Campaign& campaign) const;

  /// A published version ready to be decided; null if there is none such. Compiled once.
  std::shared_ptr<const policy::CompiledItem> compiled(std::string_view item, int version);

  /// The latest version of each published item that is not withdrawn. A snapshot; another one after the next change of an item.
  std::shared_ptr<const PublishedItems> published();

  /// The number for the next campaign: above every one in the catalogue.
  std::uint32_t next_campaign() const { return highest_campaign_ + 1; }

  /// What was asked for within the last 24 hours, with its outcome.
  const CommandIndex& commands() const { return commands_; }
  /// The outcome of a command, waiting for it; null if `deadline` came first.
  boost::asio::awaitable<std::shared_ptr<const contracts::CatalogEvent>> outcome(std::string command, Notice::Clock::time_point deadline);

  /// The owner's position in `commands`: the highest offset that an outcome names; nothing before the first.
  std::optional<log::Offset> answered_to() const { return answered_to_; }

  /// Folds one record; what is wrong with it if it cannot be folded. Public for whoever folds a log by other means.
  domain::FieldErrors fold_catalog(const log::Record& record);
  domain::FieldErrors fold_command(const log::Record& record);

 private:
  using Rules = std::map<std::pair<std::string, int>, std::shared_ptr<const policy::CompiledItem>>;

  boost::asio::awaitable<boost::system::result<std::size_t>> catch_up();
  boost::asio::awaitable<boost::system::result<std::size_t>> fold_topic(std::string topic, log::Offset& next);
  bool apply(const contracts::CatalogEvent& event);
  bool apply_to_item(const contracts::CatalogEvent& event);

  log::EventLog& log_;
  std::shared_ptr<const matching::Language> language_;
  DeadLetters& dead_letters_;
  Report report_;

  Entities<policy::Document> documents_;
  Entities<policy::Item> items_;
  Entities<policy::Package> packages_;
  Entities<campaign::Campaign> campaigns_;
  std::map<std::string, std::string, std::less<>> launched_under_;  // campaign → traceparent
  Rules rules_;
  std::shared_ptr<const PublishedItems> published_;  // null = to be made
  CommandIndex commands_;
  std::optional<log::Offset> answered_to_;
  std::uint32_t highest_campaign_ = 0;

  log::Offset catalog_next_ = 0;
  log::Offset commands_next_ = 0;
  std::optional<log::Offset> catalog_target_, commands_target_;  // the log's ends when folding began
  std::vector<DeadLetters::Input> letters_;                      // not yet quarantined
  bool ready_ = false;
  std::uint64_t version_ = 0;
  Progress progress_;
  Notice changed_;
};

/// One page of a list: up to `limit` entities after the id `after` ("" = from the start) that `keep(const T&)` keeps, in order of id.
/// `next` is the cursor of the page behind it, empty at the end.
template <class T>
struct Page {
  std::vector<std::shared_ptr<const T>> entities;
  std::string next;
};
template <class T, class Keep>
Page<T> page_of(const Entities<T>& all, std::string_view after, std::size_t limit, Keep keep) {
  Page<T> page;
  for (auto at = after.empty() ? all.begin() : all.upper_bound(after); at != all.end(); ++at) {
    if (!keep(*at->second)) continue;
    if (page.entities.size() == limit) {
      page.next = page.entities.back()->id;
      break;
    }
    page.entities.push_back(at->second);
  }
  return page;
}

}  // namespace zhida::stores
