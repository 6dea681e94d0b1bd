#pragma once

#include "domain/date_time.hpp"
#include "matching/engine/engine.hpp"
#include "stores/log_reading.hpp"
#include "stores/profiles/profile_store.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
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
  /// much to take over, or to look at for another day than today.
  boost::asio::awaitable<std::shared_ptr<const matching::engine::Epoch>> at(domain::Date date);

  matching::engine::ProfileId id(Place place) const;
  Place place(matching::engine::ProfileId id) const;
  const enterprise::Uscc& uscc(matching::engine::ProfileId id) const;

  /// Bytes held by the columns.
  std::size_t memory() const;

 private:
  struct OtherDay;
  boost::asio::awaitable<void> take_over(Turn& turn);
  boost::asio::awaitable<void> look_at(OtherDay& other, Turn& turn);
  bool determine_for(int partition, domain::Date today);
  bool is_up_to_date(domain::Date today) const;
  void take(int partition, Row row);
  void publish();
  void look_at(OtherDay& other, std::size_t block, std::span<const Row> rows);

  ProfileStore& profiles_;
  std::function<domain::Date()> today_;
  matching::engine::Engine engine_;
  std::vector<std::optional<domain::Date>> days_;  ///< by partition: whose determinations the columns hold
  std::vector<std::uint64_t> changes_;             ///< by block: how often something of it was taken over
  bool taken_ = false;                             ///< something that is not published

  // Scratch of one profile.
  std::vector<cel::Value> slots_;
  std::vector<matching::Determination> determinations_;
};

}  // namespace zhida::stores
