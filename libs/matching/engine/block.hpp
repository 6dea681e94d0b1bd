#pragma once

#include "matching/engine/column.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace zhida::matching::engine {

/// 512 profiles. Immutable; blocks that differ in few attributes share the columns of the others.
struct Block {
  Mask present;
  std::vector<std::shared_ptr<const Column>> columns;  ///< by attribute; null, or beyond the end: missing for all
  std::uint64_t version = 0;                           ///< a new one with every change

  const Column* column(std::uint32_t attribute) const { return attribute < columns.size() ? columns[attribute].get() : nullptr; }
  std::size_t bytes() const;
};

/// A block that is being changed.
class OpenBlock {
 public:
  explicit OpenBlock(std::shared_ptr<const Block> block) : block_(std::move(block)) {}

  void set_present(std::size_t i, bool present);
  bool is_present(std::size_t i) const { return present_ ? present_->test(i) : block_->present.test(i); }

  void set_missing(std::uint32_t attribute, Column::Form form, std::size_t i);
  void set_key(std::uint32_t attribute, Column::Form form, std::size_t i, Key key);
  /// The words in their order.
  void set_list(std::uint32_t attribute, std::size_t i, std::vector<std::uint32_t> words);

  /// The changed block; the old one when nothing changed.
  std::shared_ptr<const Block> close(std::uint64_t version) const;

 private:
  /// A column that changes: as a changed copy while few of its values change, opened when more do.
  struct Change {
    std::shared_ptr<const Column> copy;
    int copies = 0;
    std::unique_ptr<OpenColumn> open;
  };
  /// The column as it is now; null where it is missing for all, or opened.
  const Column* closed(std::uint32_t attribute) const;
  OpenColumn* open(std::uint32_t attribute) const;
  /// The change of a column that may take one more copy; null when it should be opened.
  Change* copied(std::uint32_t attribute);
  OpenColumn& opened(std::uint32_t attribute, Column::Form form);
  bool keep(Change& change, std::optional<Column> copy);

  std::shared_ptr<const Block> block_;
  std::optional<Mask> present_;
  std::vector<Change> changes_;  ///< by attribute
};

}  // namespace zhida::matching::engine
