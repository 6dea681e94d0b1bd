#pragma once

#include "cel/value.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace zhida::stores {

/// A value of an attribute in 12 bytes: numbers and dates as they are, texts and lists by their number in a pool.
struct PackedValue {
  cel::Kind kind = cel::Kind::missing;  ///< missing = removed
  std::uint64_t bits = 0;

  friend bool operator==(const PackedValue&, const PackedValue&) = default;
};

/// Texts and lists of texts, each kept once and for ever: profiles repeat them by the hundred thousand. What is handed out never moves.
class ValuePool {
 public:
  std::uint32_t text(std::string_view text);  ///< its number
  std::string_view text(std::uint32_t number) const { return texts_[number]; }

  /// `value` is a value of an attribute: anything but an error, a duration, or a list of other than texts; those throw std::logic_error.
  PackedValue pack(const cel::Value& value);
  cel::Value unpack(const PackedValue& value) const;

  std::size_t memory() const { return memory_; }

 private:
  struct Place {
    std::uint32_t hash = 0;    // its upper half, so that nearly every other text is passed over unread
    std::uint32_t number = 0;  // 1 + number of the text; 0 = free
  };

  std::uint32_t list(std::span<const cel::Value> elements);
  void grow();

  std::deque<std::string> texts_;
  std::vector<Place> places_;  // open addressing
  std::deque<std::vector<cel::Value>> lists_;
  std::unordered_map<std::string, std::uint32_t> list_numbers_;  // by the numbers of the elements
  std::string list_name_;                                        // reused
  std::size_t memory_ = 0;
};

}  // namespace zhida::stores
