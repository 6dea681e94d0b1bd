#include "matching/engine/page_match.hpp"

#include <algorithm>
#include <bit>

namespace zhida::matching::engine {
namespace {

/// Calls `visit(position)` for the set bits from `first` to `end`.
template <class Visit>
void for_each_set(const std::vector<std::uint64_t>& bits, std::size_t first, std::size_t end, Visit&& visit) {
  for (std::size_t word = first / 64; word * 64 < end; ++word) {
    std::uint64_t rest = bits[word];
    if (word == first / 64) rest &= ~std::uint64_t{0} << (first % 64);
    if ((word + 1) * 64 > end && end % 64 != 0) rest &= ~(~std::uint64_t{0} << (end % 64));
    for (; rest != 0; rest &= rest - 1) visit(word * 64 + static_cast<std::size_t>(std::countr_zero(rest)));
  }
}

}  // namespace

PageMatch::PageMatch(std::shared_ptr<const Epoch> epoch, cel::Value asof, const Kernels& with)
    : epoch_(std::move(epoch)), kernels_(with), probe_(epoch_, asof), results_(epoch_->segments.size()) {
  for (std::size_t s = 0; s < results_.size(); ++s) {
    const Segment& segment = epoch_->segments[s];
    const std::size_t words = segment.rows ? segment.rows->index->singles.words : (segment.code->size() + 63) / 64;
    results_[s].definite.resize(words);
    results_[s].possible.resize(words);
    results_[s].manual.resize(words);
  }
}

bool PageMatch::decide(ProfileId id) {
  if (!probe_.load(id)) return false;
  for (std::size_t s = 0; s < results_.size(); ++s) {
    const Segment& segment = epoch_->segments[s];
    Result& result = results_[s];
    std::ranges::fill(result.manual, 0);
    decide_rows(segment, result);
    for (const RuleGroup& group : segment.code->groups) decide_rest(segment, group, result);
  }
  return true;
}

void PageMatch::gather(const RowSet& set, const BoundTexts& texts) {
  holding_.clear();
  using_.clear();
  list_count_ = 0;
  for (std::size_t i = 0; i < set.texts.size(); ++i) {
    const RowSet::Texts& each = set.texts[i];
    if (probe_.is_known(each.attribute)) {
      holding_.push_back(texts.texts[i].row_of_set[probe_.word_set(each.attribute)]);
    } else {
      using_.push_back(each.uses.as<std::uint64_t>());
    }
  }
  for (const RowSet::Numbers& each : set.numbers) {
    if (probe_.is_known(each.attribute)) {
      const auto cell = std::ranges::upper_bound(each.edges, probe_.key(each.attribute)) - each.edges.begin();
      holding_.push_back(each.rows.as<std::uint64_t>() + static_cast<std::size_t>(cell) * set.words);
    } else {
      using_.push_back(each.uses.as<std::uint64_t>());
    }
  }
  for (const RowSet::Lists& each : set.lists) {
    if (!probe_.is_known(each.attribute)) {
      using_.push_back(each.uses.as<std::uint64_t>());
      continue;
    }
    if (list_count_ == lists_.size()) lists_.emplace_back();
    ListStep& step = lists_[list_count_++];
    step.rows = &each;
    step.numbers.clear();
    const WordIndex& words = *epoch_->words[each.attribute];
    probe_.block().column(each.attribute)->for_each_word(probe_.bit(), [&](std::uint32_t word) {
      for (const std::uint32_t atom : words.atoms_of(words.set_of(word)))
        if (atom < each.number_of_atom.size() && each.number_of_atom[atom] != 0) step.numbers.push_back(each.number_of_atom[atom]);
    });
  }
}

void PageMatch::decide_rows(const Segment& segment, Result& result) {
  const std::size_t words = result.possible.size();
  std::ranges::fill(result.possible, ~std::uint64_t{0});
  if (segment.rows) {
    gather(segment.rows->index->singles, segment.rows->singles);
    alignas(64) std::uint64_t unknown[tile], asked[tile];
    for (std::size_t first = 0; first < words; first += tile) {
      const std::size_t size = std::min(tile, words - first);
      std::uint64_t* const possible = result.possible.data() + first;
      std::fill_n(unknown, size, 0);
      for (const std::uint64_t* const row : holding_) kernels_.and_row(possible, row + first, size);
      for (const std::uint64_t* const row : using_) kernels_.or_row(unknown, row + first, size);
      for (std::size_t i = 0; i < list_count_; ++i) {
        const RowSet::Lists& rows = *lists_[i].rows;
        std::copy_n(rows.asks.as<std::uint64_t>() + first, size, asked);
        for (const std::uint32_t number : lists_[i].numbers) {
          kernels_.and_not_row(asked, rows.any[number].as<std::uint64_t>() + first, size);
          kernels_.and_not_row(possible, rows.none[number].as<std::uint64_t>() + first, size);
        }
        kernels_.and_not_row(possible, asked, size);
      }
      std::copy_n(possible, size, result.definite.data() + first);
      kernels_.and_not_row(result.definite.data() + first, unknown, size);
    }
    decide_alternatives(*segment.rows, result);
  } else {
    std::ranges::fill(result.definite, ~std::uint64_t{0});
  }
  const std::size_t rules = segment.code->size();
  for (std::size_t word = rules / 64; word < words; ++word) {
    const std::uint64_t valid = word == rules / 64 ? ~(~std::uint64_t{0} << (rules % 64)) : 0;
    result.possible[word] &= valid;
    result.definite[word] &= valid;
  }
  if (!segment.dead) return;
  for (std::size_t word = 0; word < segment.dead->size(); ++word) {
    result.possible[word] &= ~(*segment.dead)[word];
    result.definite[word] &= ~(*segment.dead)[word];
  }
}

void PageMatch::decide_alternatives(const BoundRows& bound, Result& result) {
  const RowSet& set = bound.index->alternatives;
  gather(set, bound.alternatives);
  alignas(64) std::uint64_t satisfied[tile], unknown[tile], excluded[tile];
  for (std::size_t first = 0; first < set.words; first += tile) {
    const std::size_t size = std::min(tile, set.words - first);
    std::copy_n(bound.index->no_alternatives.as<std::uint64_t>() + first, size, satisfied);
    std::fill_n(unknown, size, 0);
    for (const std::uint64_t* const row : holding_) kernels_.or_row(satisfied, row + first, size);
    for (const std::uint64_t* const row : using_) kernels_.or_row(unknown, row + first, size);
    for (std::size_t i = 0; i < list_count_; ++i) {
      const RowSet::Lists& rows = *lists_[i].rows;
      std::copy_n(rows.excludes.as<std::uint64_t>() + first, size, excluded);
      for (const std::uint32_t number : lists_[i].numbers) {
        kernels_.or_row(satisfied, rows.any[number].as<std::uint64_t>() + first, size);
        kernels_.and_not_row(excluded, rows.none[number].as<std::uint64_t>() + first, size);
      }
      kernels_.or_row(satisfied, excluded, size);
    }
    kernels_.and_row(result.definite.data() + first, satisfied, size);
    kernels_.or_row(satisfied, unknown, size);
    kernels_.and_row(result.possible.data() + first, satisfied, size);
  }
}

void PageMatch::decide_rest(const Segment& segment, const RuleGroup& group, Result& result) {
  const bool flat = group.form == RuleGroup::Form::flat;
  const std::uint32_t done = segment.rows && flat ? group.row_singles : 0;
  if (flat && done == group.singles && (group.term_count == 0 || (segment.rows && group.row_term))) return;
  for_each_set(result.possible, group.first, group.first + group.rules, [&](std::size_t position) {
    const std::size_t at = group.operands + (position - group.first) * group.stride;
    const std::uint64_t bit = std::uint64_t{1} << (position % 64);
    RuleAnswer answer;
    if (flat) {
      const bool definite = (result.definite[position / 64] & bit) != 0;
      answer = probe_.ask_flat(group, segment.code->narrow.data() + at, done, {definite, definite, true});
    } else {
      answer = probe_.ask_tree(group.steps, segment.code->wide.data() + at);
    }
    if (!answer.possible) result.possible[position / 64] &= ~bit;
    if (!answer.definite) result.definite[position / 64] &= ~bit;
    if (answer.favourable && !answer.definite) result.manual[position / 64] |= bit;
  });
}

PageMatch::Counts PageMatch::counts() const {
  Counts counts;
  for (const Result& result : results_)
    for (std::size_t word = 0; word < result.possible.size(); ++word) {
      const auto count = [](std::uint64_t bits) { return static_cast<std::size_t>(std::popcount(bits)); };
      counts.eligible += count(result.definite[word]);
      counts.manual += count(result.manual[word]);
      counts.unknown += count(result.possible[word] & ~result.definite[word] & ~result.manual[word]);
    }
  return counts;
}

}  // namespace zhida::matching::engine
