#pragma once

#include "matching/dictionary.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace zhida::stores {

/// Finds attributes by name and reads their values, as the dictionary does but quicker where profiles repeat each other: they name
/// attributes in nearly the same order each time, and most words of a vocabulary are the same as last time.
/// Not thread-safe: one object per thread.
class StatementReader {
 public:
  /// `dictionary` must outlive the reader.
  explicit StatementReader(const matching::Dictionary& dictionary)
      : dictionary_(dictionary), followers_(dictionary.size(), 0), words_(dictionary.size(), cel::Value::missing()) {}

  const matching::Attribute* find(std::string_view name) {
    if (followers_.empty()) return nullptr;
    std::uint32_t& guess = followers_[last_];
    if (dictionary_[guess].name != name) {
      const matching::Attribute* const found = dictionary_.find(name);
      if (found == nullptr) return nullptr;
      guess = found->slot;
    }
    last_ = guess;
    return &dictionary_[last_];
  }

  /// `Dictionary::read`.
  matching::Reading read(const matching::Attribute& attribute, const matching::RawValue& raw, cel::Arena& arena) {
    const bool is_word = attribute.closed() && raw.kind == matching::RawValue::Kind::text && !attribute.type.is_list();
    if (!is_word) return dictionary_.read(attribute, raw, arena);
    cel::Value& word = words_[attribute.slot];
    if (word.is_known() && word.as_string() == raw.text) return {word, std::nullopt};
    matching::Reading reading = dictionary_.read(attribute, raw, arena);
    if (!reading.mistake) word = reading.value;  // the dictionary's own text
    return reading;
  }

 private:
  const matching::Dictionary& dictionary_;
  std::vector<std::uint32_t> followers_;  // by slot: the slot that was asked for next
  std::vector<cel::Value> words_;         // by slot: the word read last
  std::uint32_t last_ = 0;
};

}  // namespace zhida::stores
