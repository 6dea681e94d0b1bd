#pragma once

#include "cel/arena.hpp"
#include "cel/value.hpp"
#include "matching/dictionary.hpp"

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace zhida::page {

/// What an enterprise answered in a self-test. Values view memory that lives as long as this does.
class Answers {
 public:
  /// Reads `{"answers":{attribute: value}}`; null = not known. Throws http::Refused: 400 for what is no JSON, 422 with a pointer for every
  /// attribute the dictionary does not have and every value that does not suit it.
  Answers(std::string_view body, const matching::Dictionary& dictionary);
  ~Answers();
  Answers(const Answers&) = delete;

  const std::vector<std::pair<std::uint32_t, cel::Value>>& values() const { return values_; }

 private:
  struct Text;
  std::unique_ptr<Text> text_;
  cel::Arena arena_;
  std::vector<std::pair<std::uint32_t, cel::Value>> values_;  // by slot of the dictionary
};

}  // namespace zhida::page
