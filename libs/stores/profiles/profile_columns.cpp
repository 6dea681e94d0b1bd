#include "stores/profiles/profile_columns.hpp"

#include "stores/log_reading.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace zhida::stores {
namespace asio = boost::asio;
using matching::engine::block_size;
using matching::engine::Engine;
using matching::engine::Epoch;
using matching::engine::ProfileId;

ProfileColumns::ProfileColumns(ProfileStore& profiles, std::shared_ptr<const matching::Language> language,
                               std::function<domain::Date()> today)
    : profiles_(profiles), today_(std::move(today)), engine_(std::move(language)), slots_(profiles.dictionary().size()) {}

ProfileId ProfileColumns::id(Place place) const {
  const std::size_t block =
      place.row / block_size * static_cast<std::size_t>(profiles_.partitions()) + static_cast<std::size_t>(place.partition);
  return static_cast<ProfileId>(block * block_size + place.row % block_size);
}

ProfileColumns::Place ProfileColumns::place(ProfileId id) const {
  const std::size_t block = id / block_size, partitions = static_cast<std::size_t>(profiles_.partitions());
  return {static_cast<int>(block % partitions), static_cast<Row>(block / partitions * block_size + id % block_size)};
}

const enterprise::Uscc& ProfileColumns::uscc(ProfileId id) const {
  const Place at = place(id);
  return profiles_.uscc(at.partition, at.row);
}

std::size_t ProfileColumns::memory() const {
  std::size_t bytes = 0;
  for (const auto& block : engine_.epoch()->blocks) bytes += block->bytes();
  return bytes;
}

void ProfileColumns::determine_for_today() {
  const domain::Date today = today_();
  if (day_ == today) return;
  day_ = today;
  for (int partition = 0; partition < profiles_.partitions(); ++partition)
    for (const Row row : profiles_.determined(partition)) profiles_.changed(partition).mark(row);
}

void ProfileColumns::take(int partition, Row row) {
  taken_ = true;
  profiles_.slots(partition, row, slots_);
  determinations_.clear();
  profiles_.determinations(partition, row, *day_, determinations_);
  if (const auto mistake = engine_.set_profile(id({partition, row}), slots_, determinations_))
    throw std::logic_error("a profile's value does not suit its attribute: " + mistake->message_en);
}

asio::awaitable<std::shared_ptr<const Epoch>> ProfileColumns::at(domain::Date date) {
  determine_for_today();
  Turn turn;
  for (bool complete = false; !complete;) {
    complete = true;
    for (int partition = 0; partition < profiles_.partitions(); ++partition) {
      for (std::size_t first = 0; profiles_.changed(partition).count() != 0 && first < profiles_.size(partition); first += block_size) {
        profiles_.changed(partition).take(first, first + block_size, [&](Row row) { take(partition, row); });
        if (!turn.over()) continue;
        // What was taken over must be visible before others look: a change is either in the epoch or still marked.
        publish();
        co_await turn.pass();
        complete = false;
      }
    }
  }
  publish();
  co_return on(date);
}

void ProfileColumns::publish() {
  if (std::exchange(taken_, false)) engine_.publish();
}

// Only where the day makes a difference, and that is seldom: determinations hold for years.
std::shared_ptr<const Epoch> ProfileColumns::on(domain::Date date) {
  if (date == *day_) return engine_.epoch();
  std::vector<Place> places;
  std::vector<std::vector<matching::Determination>> determinations;
  for (int partition = 0; partition < profiles_.partitions(); ++partition) {
    for (const Row row : profiles_.determined(partition)) {
      std::vector<matching::Determination> then, now;
      profiles_.determinations(partition, row, date, then);
      profiles_.determinations(partition, row, *day_, now);
      if (std::ranges::equal(then, now, [](const auto& a, const auto& b) { return a.name == b.name && a.value == b.value; })) continue;
      places.push_back({partition, row});
      determinations.push_back(std::move(then));
    }
  }
  std::vector<Engine::Determined> changes;
  for (std::size_t i = 0; i < places.size(); ++i) changes.push_back({id(places[i]), determinations[i]});
  return engine_.with_determinations(changes);
}

}  // namespace zhida::stores
