#include "contracts/intents/plain_facts.hpp"

#include "contracts/intents/decided_rules.hpp"
#include "contracts/intents/plain_block.hpp"

#include <algorithm>
#include <span>

namespace zhida::contracts {
namespace {

class Reader {
 public:
  Reader(PlainFacts& out, std::string_view text, std::size_t items) : out_(out), cursor_(text), items_(items) {}

  PlainCursor& cursor() { return cursor_; }

  bool read_fact(std::size_t index) {
    DecidedFact& fact = out_.facts.emplace_back();
    std::string_view& values = out_.values.emplace_back();
    fact.index = static_cast<std::uint16_t>(index);
    if (!cursor_.take('{')) return false;
    enum : unsigned { uscc, state, reason, facets, items, evidence };
    SeenMembers seen;
    do {
      std::string_view name;
      if (!cursor_.key(name)) return false;
      bool good = false;
      if (name == "uscc")
        good = seen.add(uscc) && read_plain_uscc(cursor_, fact.uscc);
      else if (name == "state")
        good = seen.add(state) && read_plain_word(cursor_, fact.state);
      else if (name == "facets")
        good = seen.add(facets) && read_facets(fact);
      else if (name == "items")
        good = seen.add(items) && read_items(fact);
      else if (name == "values")
        good = seen.add(evidence) && cursor_.pass_object(values, names_);
      else if (name == "reason")
        good = seen.add(reason) && read_plain_word(cursor_, fact.reason);
      if (!good) return false;
    } while (cursor_.take(','));
    return cursor_.take('}') && seen.has(uscc) && seen.has(state) && seen.has(items) && is_decision(fact.state, fact.reason);
  }

 private:
  bool read_facets(DecidedFact& fact) {
    if (!cursor_.take('{')) return false;
    if (cursor_.take('}')) return true;
    static constexpr std::pair<std::string_view, std::string_view Facets::*> known[] = {
        {"size_class", &Facets::size_class}, {"section", &Facets::section},      {"street", &Facets::street}, {"park", &Facets::park},
        {"building", &Facets::building},     {"legal_form", &Facets::legal_form}};
    SeenMembers seen;
    do {
      std::string_view name;
      if (!cursor_.key(name)) return false;
      unsigned at = 0;
      while (at < std::size(known) && known[at].first != name) ++at;
      if (at == std::size(known) || !seen.add(at) || !cursor_.text(fact.facets.*known[at].second)) return false;
    } while (cursor_.take(','));
    if (!cursor_.take('}')) return false;
    return fact.note_facets();
  }

  bool read_items(DecidedFact& fact) {
    const std::size_t before = out_.decisions.size();
    if (out_.decisions.capacity() - before < items_ || !cursor_.take('[')) return false;
    for (std::size_t i = 0; i < items_; ++i)
      if ((i != 0 && !cursor_.take(',')) || !read_decision(out_.decisions.emplace_back())) return false;
    fact.items = std::span(out_.decisions).subspan(before);
    return cursor_.take(']');
  }

  bool read_decision(delivery::ItemDecision& out) {
    if (!cursor_.take('{')) return false;
    enum : unsigned { verdict, window, benefit };
    SeenMembers seen;
    do {
      std::string_view name;
      if (!cursor_.key(name)) return false;
      bool good = false;
      if (name == "verdict")
        good = seen.add(verdict) && read_plain_word(cursor_, out.verdict);
      else if (name == "window")
        good = seen.add(window) && read_plain_word(cursor_, out.window);
      else if (name == "benefit")
        good = seen.add(benefit) && read_benefit(out.benefit);
      if (!good) return false;
    } while (cursor_.take(','));
    return cursor_.take('}') && seen.has(verdict) && seen.has(window);
  }

  bool read_benefit(std::optional<std::int64_t>& out) {
    if (cursor_.take(std::string_view("null"))) return true;
    std::uint64_t benefit = 0;
    if (!cursor_.whole(benefit) || benefit > static_cast<std::uint64_t>(most_benefit)) return false;
    out = static_cast<std::int64_t>(benefit);
    return true;
  }

  PlainFacts& out_;
  PlainCursor cursor_;
  std::size_t items_;
  SeenNames names_;
};

}  // namespace

bool PlainFacts::read(std::string_view text, std::size_t items) {
  // The shortest fact and the shortest decision are longer than this: no more room is ever needed, and none is moved.
  constexpr std::size_t least_fact = 40, least_decision = 30;
  const std::size_t most = std::min(IntentsWriter::most_facts, text.size() / least_fact + 1);
  facts.reserve(most);
  values.reserve(most);
  decisions.reserve(std::min(most * items, text.size() / least_decision + 1));
  Reader reader(*this, text, items);
  return read_plain_facts(reader.cursor(), IntentsWriter::most_facts, [&](std::size_t index) { return reader.read_fact(index); });
}

}  // namespace zhida::contracts
