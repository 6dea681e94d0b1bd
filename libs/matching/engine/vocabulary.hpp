#pragma once

#include "matching/engine/append_only.hpp"

#include <cstdint>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace zhida::matching::engine {

/// The words seen so far in one text or list attribute, numbered in the order in which they came. Words are never forgotten.
/// Thread safety: one writer interns; any thread may look up, and read words whose number it learned from a published epoch.
class Vocabulary {
 public:
  /// The number of a word, new or known.
  std::uint32_t intern(std::string_view word);
  std::optional<std::uint32_t> find(std::string_view word) const;
  std::string_view text(std::uint32_t word) const { return words_[word]; }
  std::uint32_t size() const;

 private:
  AppendOnly<std::string> words_;
  mutable std::shared_mutex mutex_;  ///< for `numbers_`
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
};

}  // namespace zhida::matching::engine
