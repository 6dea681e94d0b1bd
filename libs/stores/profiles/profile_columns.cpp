#include "stores/profiles/profile_columns.hpp"

#include <algorithm>
#include <map>
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
    : profiles_(profiles),
      today_(std::move(today)),
      engine_(std::move(language)),
      days_(static_cast<std::size_t>(profiles.partitions())),
      slots_(profiles.dictionary().size()) {}

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

/// The blocks with the determinations of another day, as far as they are made.
struct ProfileColumns::OtherDay {
  domain::Date date;
  std::map<std::size_t, std::shared_ptr<const matching::engine::Block>> made;  ///< by block; none where the day makes no difference
  std::vector<std::uint64_t> seen;                                             ///< by block: its changes when it was last looked at
};

/// Whether there was anything to do.
bool ProfileColumns::determine_for(int partition, domain::Date today) {
  std::optional<domain::Date>& day = days_[static_cast<std::size_t>(partition)];
  if (day == today) return false;
  day = today;
  for (const Row row : profiles_.determined(partition)) profiles_.changed(partition).mark(row);
  return true;
}

bool ProfileColumns::is_up_to_date(domain::Date today) const {
  for (int partition = 0; partition < profiles_.partitions(); ++partition)
    if (profiles_.changed(partition).count() != 0 || days_[static_cast<std::size_t>(partition)] != today) return false;
  return true;
}

void ProfileColumns::take(int partition, Row row) {
  taken_ = true;
  profiles_.slots(partition, row, slots_);
  determinations_.clear();
  profiles_.determinations(partition, row, *days_[static_cast<std::size_t>(partition)], determinations_);
  const ProfileId number = id({partition, row});
  if (changes_.size() <= number / block_size) changes_.resize(number / block_size + 1);
  ++changes_[number / block_size];
  if (const auto mistake = engine_.set_profile(number, slots_, determinations_))
    throw std::logic_error("a profile's value does not suit its attribute: " + mistake->message_en);
}

void ProfileColumns::publish() {
  if (std::exchange(taken_, false)) engine_.publish();
}

// Returns without giving way after everything was taken over.
asio::awaitable<void> ProfileColumns::take_over(Turn& turn) {
  while (!is_up_to_date(today_())) {
    for (int partition = 0; partition < profiles_.partitions(); ++partition) {
      if (determine_for(partition, today_()) && turn.over()) co_await turn.pass();
      for (std::size_t first = 0; profiles_.changed(partition).count() != 0 && first < profiles_.size(partition); first += block_size) {
        profiles_.changed(partition).take(first, first + block_size, [&](Row row) { take(partition, row); });
        if (!turn.over()) continue;
        // What was taken over must be visible before others look: a change is either in the epoch or still marked.
        publish();
        co_await turn.pass();
      }
    }
  }
  publish();
}

// A day makes a difference only where a determination begins or ends, and that is seldom: they hold for years.
void ProfileColumns::look_at(OtherDay& other, std::size_t block, std::span<const Row> rows) {
  const int partition = place(static_cast<ProfileId>(block * block_size)).partition;
  std::vector<ProfileId> differing;
  std::vector<std::vector<matching::Determination>> determinations;
  for (const Row row : rows) {
    std::vector<matching::Determination> then;
    profiles_.determinations(partition, row, other.date, then);
    determinations_.clear();
    profiles_.determinations(partition, row, *days_[static_cast<std::size_t>(partition)], determinations_);
    if (std::ranges::equal(then, determinations_, [](const auto& a, const auto& b) { return a.name == b.name && a.value == b.value; }))
      continue;
    differing.push_back(id({partition, row}));
    determinations.push_back(std::move(then));
  }
  if (differing.empty()) return;
  std::vector<Engine::Determined> profiles;
  for (std::size_t i = 0; i < differing.size(); ++i) profiles.push_back({differing[i], determinations[i]});
  other.made[block] = engine_.with_determinations(block, profiles);
}

// Looks at the blocks of which something was taken over since they were looked at. What is taken over while it gives way counts as later.
asio::awaitable<void> ProfileColumns::look_at(OtherDay& other, Turn& turn) {
  constexpr std::uint64_t never = ~std::uint64_t{0};
  for (int partition = 0; partition < profiles_.partitions(); ++partition) {
    std::vector<Row> rows = profiles_.determined(partition);
    other.seen.resize(changes_.size(), never);
    std::erase_if(rows, [&](Row row) {
      const std::size_t block = id({partition, row}) / block_size;
      return block >= changes_.size() || other.seen[block] == changes_[block];
    });
    for (auto block = static_cast<std::size_t>(partition); block < changes_.size();
         block += static_cast<std::size_t>(profiles_.partitions())) {
      if (other.seen[block] != changes_[block]) other.made.erase(block);
      other.seen[block] = changes_[block];
    }
    std::ranges::sort(rows);
    for (std::size_t first = 0, end = 0; first < rows.size(); first = end) {
      if (turn.over()) co_await turn.pass();
      while (end < rows.size() && rows[end] / block_size == rows[first] / block_size) ++end;
      look_at(other, id({partition, rows[first]}) / block_size, std::span(rows).subspan(first, end - first));
    }
  }
}

asio::awaitable<std::shared_ptr<const Epoch>> ProfileColumns::at(domain::Date date) {
  Turn turn;
  OtherDay other{date, {}, {}};
  co_await take_over(turn);
  if (date == *days_.front()) co_return engine_.epoch();
  while (other.seen != changes_) {
    co_await look_at(other, turn);
    co_await take_over(turn);
  }
  std::vector<Engine::Replaced> blocks;
  for (auto& [number, block] : other.made) blocks.push_back({number, std::move(block)});
  co_return blocks.empty() ? engine_.epoch() : engine_.with_blocks(blocks);
}

}  // namespace zhida::stores
