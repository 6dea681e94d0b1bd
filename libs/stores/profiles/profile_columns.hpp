#pragma once

#include "domain/date_time.hpp"
#include "matching/engine/engine.hpp"
#include "stores/profiles/profile_store.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace zhida::stores {

/// The profiles of a store as columns of the matching engine: for whoever decides a rule for many enterprises. What the store folds is
/// taken over when somebody asks, not before, so folding costs nothing more; until then nothing is held.
///
/// Not thread-safe; use from the store's executor. Epochs may cross threads. A store can have one of these.
class ProfileColumns {
 public:
  /// A profile's number in the engine: blocks of 512 rows, of all partitions in turn.
  struct Place {
    int partition = 0;
    Row row = 0;
  };

  /// The store must outlive it; `language` is that of its dictionary. `today`: the day for which determinations stand ready.
  ProfileColumns(ProfileStore& profiles, std::shared_ptr<const matching::Language> language, std::function<domain::Date()> today);

  /// All profiles as they are when this returns, with the determinations in force on `date`. Leaves the executor to others while there is
  /// much to take over.
  boost::asio::awaitable<std::shared_ptr<const matching::engine::Epoch>> at(domain::Date date);

  matching::engine::ProfileId id(Place place) const;
  Place place(matching::engine::ProfileId id) const;
  const enterprise::Uscc& uscc(matching::engine::ProfileId id) const;

  /// Bytes held by the columns.
  std::size_t memory() const;

 private:
  void determine_for_today();
  void take(int partition, Row row);
  void publish();
  std::shared_ptr<const matching::engine::Epoch> on(domain::Date date);

  ProfileStore& profiles_;
  std::function<domain::Date()> today_;
  matching::engine::Engine engine_;
  std::optional<domain::Date> day_;  ///< whose determinations the columns hold
  bool taken_ = false;               ///< something that is not published

  // Scratch of one profile.
  std::vector<cel::Value> slots_;
  std::vector<matching::Determination> determinations_;
};

}  // namespace zhida::stores
