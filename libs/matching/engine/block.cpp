#include "matching/engine/block.hpp"

#include <algorithm>

namespace zhida::matching::engine {

std::size_t Block::bytes() const {
  std::size_t sum = sizeof(Block) + columns.capacity() * sizeof(columns[0]);
  for (const auto& column : columns)
    if (column) sum += column->bytes();
  return sum;
}

const Column* OpenBlock::closed(std::uint32_t attribute) const {
  if (attribute < changes_.size() && changes_[attribute].open) return nullptr;
  if (attribute < changes_.size() && changes_[attribute].copy) return changes_[attribute].copy.get();
  return block_->column(attribute);
}

OpenColumn* OpenBlock::open(std::uint32_t attribute) const {
  return attribute < changes_.size() ? changes_[attribute].open.get() : nullptr;
}

OpenBlock::Change* OpenBlock::copied(std::uint32_t attribute) {
  constexpr int most_copies = 4;
  if (!closed(attribute)) return nullptr;
  if (attribute >= changes_.size()) changes_.resize(attribute + 1);
  return changes_[attribute].copies < most_copies ? &changes_[attribute] : nullptr;
}

bool OpenBlock::keep(Change& change, std::optional<Column> copy) {
  if (!copy) return false;
  change.copy = std::make_shared<const Column>(std::move(*copy));
  ++change.copies;
  return true;
}

OpenColumn& OpenBlock::opened(std::uint32_t attribute, Column::Form form) {
  if (attribute >= changes_.size()) changes_.resize(attribute + 1);
  Change& change = changes_[attribute];
  if (!change.open) {
    const Column* const now = closed(attribute);
    change.open = now ? std::make_unique<OpenColumn>(*now) : std::make_unique<OpenColumn>(form);
    change.copy = nullptr;
  }
  return *change.open;
}

void OpenBlock::set_present(std::size_t i, bool present) {
  if (is_present(i) == present) return;
  if (!present_) present_ = block_->present;
  present_->assign(i, present);
}

void OpenBlock::set_missing(std::uint32_t attribute, Column::Form form, std::size_t i) {
  if (const Column* const now = closed(attribute)) {
    if (!now->known.test(i)) return;
    if (Change* const change = copied(attribute); change && keep(*change, now->without(i))) return;
  } else if (!open(attribute)) {
    return;
  }
  OpenColumn& column = opened(attribute, form);
  column.known.clear(i);
  if (form == Column::Form::lists) column.lists[i].clear();
}

void OpenBlock::set_key(std::uint32_t attribute, Column::Form form, std::size_t i, Key key) {
  if (const Column* const now = closed(attribute)) {
    if (now->known.test(i) && (form == Column::Form::words ? now->word(i) : now->key(i)) == key) return;
    if (Change* const change = copied(attribute); change && keep(*change, now->with_key(i, key))) return;
  }
  OpenColumn& column = opened(attribute, form);
  column.known.set(i);
  column.keys[i] = key;
}

void OpenBlock::set_list(std::uint32_t attribute, std::size_t i, std::vector<std::uint32_t> words) {
  if (const Column* const now = closed(attribute)) {
    if (now->known.test(i)) {
      std::vector<std::uint32_t> held;
      now->for_each_word(i, [&](std::uint32_t word) { held.push_back(word); });
      if (held == words) return;
    }
    if (Change* const change = copied(attribute); change && keep(*change, now->with_list(i, words))) return;
  }
  OpenColumn& column = opened(attribute, Column::Form::lists);
  column.known.set(i);
  column.lists[i] = std::move(words);
}

std::shared_ptr<const Block> OpenBlock::close(std::uint64_t version) const {
  const bool touched = std::ranges::any_of(changes_, [](const Change& change) { return change.copy || change.open; });
  if (!present_ && !touched) return block_;
  auto block = std::make_shared<Block>(*block_);
  if (present_) block->present = *present_;
  if (block->columns.size() < changes_.size()) block->columns.resize(changes_.size());
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    if (changes_[i].open) {
      block->columns[i] = std::make_shared<const Column>(changes_[i].open->close());
    } else if (changes_[i].copy) {
      block->columns[i] = changes_[i].copy;
    }
  }
  block->version = version;
  return block;
}

}  // namespace zhida::matching::engine
