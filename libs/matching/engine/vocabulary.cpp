#include "matching/engine/vocabulary.hpp"

#include <mutex>

namespace zhida::matching::engine {

std::uint32_t Vocabulary::intern(std::string_view word) {
  // The writer is the only one to change the map, so it may look without the lock.
  if (const auto found = numbers_.find(word); found != numbers_.end()) return found->second;
  const std::unique_lock lock(mutex_);
  const auto number = static_cast<std::uint32_t>(words_.size());
  words_.push_back(std::string(word));
  numbers_.emplace(words_[number], number);
  return number;
}

std::optional<std::uint32_t> Vocabulary::find(std::string_view word) const {
  const std::shared_lock lock(mutex_);
  const auto found = numbers_.find(word);
  if (found == numbers_.end()) return std::nullopt;
  return found->second;
}

std::uint32_t Vocabulary::size() const {
  const std::shared_lock lock(mutex_);
  return static_cast<std::uint32_t>(words_.size());
}

}  // namespace zhida::matching::engine
