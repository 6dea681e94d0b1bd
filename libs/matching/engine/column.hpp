#pragma once

#include "matching/engine/key.hpp"
#include "matching/engine/mask.hpp"

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace zhida::matching::engine {

/// Bytes at an address that vector loads like.
class AlignedBytes {
 public:
  AlignedBytes() = default;
  explicit AlignedBytes(std::size_t size)
      : bytes_(static_cast<std::byte*>(::operator new(size, std::align_val_t(alignof(Mask))))), size_(size) {}
  template <class T>
  T* as() {
    return reinterpret_cast<T*>(bytes_.get());
  }
  template <class T>
  const T* as() const {
    return reinterpret_cast<const T*>(bytes_.get());
  }
  std::size_t size() const { return size_; }

 private:
  struct Delete {
    void operator()(std::byte* bytes) const { ::operator delete(bytes, std::align_val_t(alignof(Mask))); }
  };
  std::unique_ptr<std::byte[], Delete> bytes_;
  std::size_t size_ = 0;
};

/// One attribute of the profiles of a block, as narrow as its values allow. Immutable.
struct Column {
  enum class Form : std::uint8_t {
    bits,     ///< bool and determinations: `truth`
    numbers,  ///< keys less `base`, signed, of `width` bytes
    words,    ///< numbers of words, unsigned, of `width` bytes
    lists,    ///< numbers of words; those of profile i stand from offsets[i] to offsets[i + 1]
  };
  Form form = Form::bits;
  std::uint8_t width = 0;  ///< 1, 2, 4 or 8
  Mask known;
  Mask truth;  ///< within `known`
  Key base = 0;
  AlignedBytes data;  ///< entries of profiles whose value is missing hold anything
  std::vector<std::uint32_t> offsets;

  Key key(std::size_t i) const;
  std::uint32_t word(std::size_t i) const;
  /// Calls `visit(word)` for each element of a list.
  template <class Visit>
  void for_each_word(std::size_t i, Visit&& visit) const {
    for (std::uint32_t at = offsets[i]; at < offsets[i + 1]; ++at) visit(entry(at));
  }
  /// A copy in which one profile has another value; nothing when the value needs a wider column.
  std::optional<Column> with_key(std::size_t i, Key key) const;
  std::optional<Column> with_list(std::size_t i, std::span<const std::uint32_t> words) const;
  Column without(std::size_t i) const;

  /// Brings the column, or what it points to, near the processor before it is read.
  void fetch() const;
  void fetch_data() const;

  std::size_t bytes() const { return sizeof(Column) + data.size() + offsets.capacity() * sizeof(std::uint32_t); }

 private:
  std::uint32_t entry(std::size_t at) const;
  /// All but `data`.
  Column frame() const;
};

/// A column in a form that is easy to change.
struct OpenColumn {
  explicit OpenColumn(Column::Form with_form);
  /// `column` must have been made by `close`.
  explicit OpenColumn(const Column& column);
  Column close() const;

  Column::Form form;
  Mask known;
  std::vector<Key> keys;                          ///< of numbers, words (their number) and bits (0 or 1)
  std::vector<std::vector<std::uint32_t>> lists;  ///< of lists
};

}  // namespace zhida::matching::engine
