#include "matching/engine/block.hpp"

#include <algorithm>

namespace zhida::matching::engine {

std::size_t Block::bytes() const {
  std::size_t sum = sizeof(Block) + columns.capacity() * sizeof(columns[0]);
  for (const auto& column : columns)
    if (column) sum += column->bytes();
  return sum;
}

const OpenColumn* OpenBlock::open(std::uint32_t attribute) const {
  return attribute < columns_.size() ? columns_[attribute].get() : nullptr;
}

OpenColumn& OpenBlock::opened(std::uint32_t attribute, Column::Form form) {
  if (attribute >= columns_.size()) columns_.resize(attribute + 1);
  auto& column = columns_[attribute];
  if (!column) {
    const Column* const closed = block_->column(attribute);
    column = closed ? std::make_unique<OpenColumn>(*closed) : std::make_unique<OpenColumn>(form);
  }
  return *column;
}

void OpenBlock::set_present(std::size_t i, bool present) {
  if (is_present(i) == present) return;
  if (!present_) present_ = block_->present;
  present_->assign(i, present);
}

void OpenBlock::set_missing(std::uint32_t attribute, Column::Form form, std::size_t i) {
  const OpenColumn* const changed = open(attribute);
  const Column* const closed = block_->column(attribute);
  const bool known = changed ? changed->known.test(i) : closed && closed->known.test(i);
  if (!known) return;
  OpenColumn& column = opened(attribute, form);
  column.known.clear(i);
  if (form == Column::Form::lists) column.lists[i].clear();
}

void OpenBlock::set_key(std::uint32_t attribute, Column::Form form, std::size_t i, Key key) {
  if (!open(attribute)) {
    const Column* const closed = block_->column(attribute);
    if (closed && closed->known.test(i) && (form == Column::Form::words ? closed->word(i) : closed->key(i)) == key) return;
  }
  OpenColumn& column = opened(attribute, form);
  column.known.set(i);
  column.keys[i] = key;
}

void OpenBlock::set_list(std::uint32_t attribute, std::size_t i, std::vector<std::uint32_t> words) {
  if (!open(attribute)) {
    const Column* const closed = block_->column(attribute);
    if (closed && closed->known.test(i)) {
      std::vector<std::uint32_t> held;
      closed->for_each_word(i, [&](std::uint32_t word) { held.push_back(word); });
      if (held == words) return;
    }
  }
  OpenColumn& column = opened(attribute, Column::Form::lists);
  column.known.set(i);
  column.lists[i] = std::move(words);
}

std::shared_ptr<const Block> OpenBlock::close(std::uint64_t version) const {
  const bool touched = std::ranges::any_of(columns_, [](const auto& column) { return column != nullptr; });
  if (!present_ && !touched) return block_;
  auto block = std::make_shared<Block>(*block_);
  if (present_) block->present = *present_;
  if (block->columns.size() < columns_.size()) block->columns.resize(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (columns_[i]) block->columns[i] = std::make_shared<const Column>(columns_[i]->close());
  block->version = version;
  return block;
}

}  // namespace zhida::matching::engine
