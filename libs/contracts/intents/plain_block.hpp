#pragma once

#include "contracts/json.hpp"
#include "contracts/plain_cursor.hpp"
#include "domain/enterprise/uscc.hpp"

#include <cstddef>
#include <string_view>

namespace zhida::contracts {

/// A block of facts as we write it: what they have in common, then `"facts"` as the last member. Facts are read one by one with a
/// `PlainCursor`, what stands before them as any other JSON.
struct PlainBlock {
  const Json* head = nullptr;  ///< the block without its facts, until `parser` is used again; null if the text does not look like that
  std::string_view facts;      ///< what follows the bracket that opens the array

  static PlainBlock in(std::string_view json, JsonText& parser);
};

/// Which members of an object were there.
class SeenMembers {
 public:
  /// False if it was there before.
  bool add(unsigned member) {
    const unsigned bit = 1U << member;
    if ((seen_ & bit) != 0) return false;
    seen_ |= bit;
    return true;
  }
  bool has(unsigned member) const { return (seen_ >> member & 1U) != 0; }

 private:
  unsigned seen_ = 0;
};

inline bool read_plain_uscc(PlainCursor& cursor, enterprise::Uscc& out) {
  std::string_view text;
  if (!cursor.text(text)) return false;
  const auto uscc = enterprise::Uscc::parse(text);
  if (uscc) out = *uscc;
  return uscc.has_value();
}

template <class Enum>
bool read_plain_word(PlainCursor& cursor, Enum& out) {
  std::string_view text;
  if (!cursor.text(text)) return false;
  const auto word = domain::from_name<Enum>(text);
  if (word) out = *word;
  return word.has_value();
}

/// Calls `read(index)` for each fact, which passes it; false as soon as that is, if there are more than `most`, or if anything but the
/// end of the block follows them.
template <class Read>
bool read_plain_facts(PlainCursor& cursor, std::size_t most, Read read) {
  std::size_t index = 0;
  do {
    if (index == most || !read(index)) return false;
    ++index;
  } while (cursor.take(','));
  return cursor.take(']') && cursor.take('}') && cursor.at_end();
}

}  // namespace zhida::contracts
