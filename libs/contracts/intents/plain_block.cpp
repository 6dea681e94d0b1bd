#include "contracts/intents/plain_block.hpp"

#include <string>

namespace zhida::contracts {

PlainBlock PlainBlock::in(std::string_view json, JsonText& parser) {
  PlainBlock block;
  constexpr std::string_view opening = R"("facts":[)";
  const std::size_t found = json.find(opening);
  if (found == std::string_view::npos) return block;
  const std::size_t begin = found + opening.size();
  const Json* const head = parser.parse(std::string(json.substr(0, begin)).append("]}"));
  if (head == nullptr || !head->IsObject() || head->ObjectEmpty()) return block;
  // Otherwise the words were found elsewhere, as the end of a longer name for instance.
  if (text_of((head->MemberEnd() - 1)->name) != "facts") return block;
  block.head = head;
  block.facts = json.substr(begin);
  return block;
}

}  // namespace zhida::contracts
