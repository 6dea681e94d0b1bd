#include "matching/engine/column.hpp"

#include <algorithm>

namespace zhida::matching::engine {
namespace {

/// Half of what `width` bytes can hold: what is stored is the distance from the middle.
std::uint64_t half_of(std::uint8_t width) { return std::uint64_t{1} << (8U * width - 1); }

std::uint8_t width_for(std::uint64_t greatest) {
  if (greatest < std::uint64_t{1} << 8) return 1;
  if (greatest < std::uint64_t{1} << 16) return 2;
  return greatest < std::uint64_t{1} << 32 ? 4 : 8;
}

void fetch_lines(const void* from, std::size_t size) {
  constexpr std::size_t line = 64;
  for (std::size_t at = 0; at < size; at += line) __builtin_prefetch(static_cast<const std::byte*>(from) + at);
}

template <class T>
void store(AlignedBytes& data, std::span<const Key> keys, Key base) {
  T* const to = data.as<T>();
  for (std::size_t i = 0; i < keys.size(); ++i)
    to[i] = static_cast<T>(static_cast<std::uint64_t>(keys[i]) - static_cast<std::uint64_t>(base));
}

void store(Column& column, std::span<const Key> keys) {
  column.data = AlignedBytes(std::max<std::size_t>(1, keys.size()) * column.width);
  switch (column.width) {
    case 1:
      return store<std::uint8_t>(column.data, keys, column.base);
    case 2:
      return store<std::uint16_t>(column.data, keys, column.base);
    case 4:
      return store<std::uint32_t>(column.data, keys, column.base);
    default:
      return store<std::uint64_t>(column.data, keys, column.base);
  }
}

void close_numbers(const OpenColumn& open, Column& column) {
  Key least = greatest_key, greatest = least_key;
  for_each_bit(open.known, [&](std::size_t i) {
    least = std::min(least, open.keys[i]);
    greatest = std::max(greatest, open.keys[i]);
  });
  if (least > greatest) least = greatest = 0;
  column.width = width_for(static_cast<std::uint64_t>(greatest) - static_cast<std::uint64_t>(least));
  column.base = column.width == 8 ? 0 : static_cast<Key>(static_cast<std::uint64_t>(least) + half_of(column.width));
  store(column, open.keys);
}

void close_words(const OpenColumn& open, Column& column) {
  Key greatest = 0;
  for_each_bit(open.known, [&](std::size_t i) { greatest = std::max(greatest, open.keys[i]); });
  column.width = width_for(static_cast<std::uint64_t>(greatest));
  store(column, open.keys);
}

void close_lists(const OpenColumn& open, Column& column) {
  std::vector<Key> entries;
  column.offsets.reserve(block_size + 1);
  Key greatest = 0;
  for (std::size_t i = 0; i < block_size; ++i) {
    column.offsets.push_back(static_cast<std::uint32_t>(entries.size()));
    if (!open.known.test(i)) continue;
    for (const std::uint32_t word : open.lists[i]) {
      entries.push_back(word);
      greatest = std::max<Key>(greatest, word);
    }
  }
  column.offsets.push_back(static_cast<std::uint32_t>(entries.size()));
  column.width = width_for(static_cast<std::uint64_t>(greatest));
  store(column, entries);
}

}  // namespace

Key Column::key(std::size_t i) const {
  if (form == Form::bits) return truth.test(i);
  std::int64_t stored = 0;
  switch (width) {
    case 1:
      stored = data.as<std::int8_t>()[i];
      break;
    case 2:
      stored = data.as<std::int16_t>()[i];
      break;
    case 4:
      stored = data.as<std::int32_t>()[i];
      break;
    default:
      stored = data.as<std::int64_t>()[i];
  }
  return static_cast<Key>(static_cast<std::uint64_t>(stored) + static_cast<std::uint64_t>(base));
}

std::uint32_t Column::entry(std::size_t at) const {
  switch (width) {
    case 1:
      return data.as<std::uint8_t>()[at];
    case 2:
      return data.as<std::uint16_t>()[at];
    default:
      return data.as<std::uint32_t>()[at];
  }
}

void Column::fetch() const { fetch_lines(this, sizeof(Column)); }

void Column::fetch_data() const {
  fetch_lines(data.as<std::byte>(), data.size());
  fetch_lines(offsets.data(), offsets.size() * sizeof(std::uint32_t));
}

std::uint32_t Column::word(std::size_t i) const { return entry(i); }

Column Column::frame() const {
  Column column;
  column.form = form;
  column.width = width;
  column.known = known;
  column.truth = truth;
  column.base = base;
  column.offsets = offsets;
  return column;
}

Column Column::without(std::size_t i) const {
  Column column = frame();
  column.known.clear(i);
  column.truth.clear(i);
  if (data.size() == 0) return column;
  column.data = AlignedBytes(data.size());
  std::memcpy(column.data.as<std::byte>(), data.as<std::byte>(), data.size());
  return column;
}

std::optional<Column> Column::with_key(std::size_t i, Key key) const {
  if (form == Form::bits) {
    Column column = frame();
    column.known.set(i);
    column.truth.assign(i, key != 0);
    return column;
  }
  Key stored = key;
  if (form == Form::numbers) {
    if (__builtin_sub_overflow(key, base, &stored)) return std::nullopt;
    const unsigned unused = 64U - 8U * width;
    if (static_cast<Key>(static_cast<std::uint64_t>(stored) << unused) >> unused != stored) return std::nullopt;
  } else if (width_for(static_cast<std::uint64_t>(key)) > width) {
    return std::nullopt;
  }
  Column column = without(i);
  column.known.set(i);
  std::memcpy(column.data.as<std::byte>() + i * width, &stored, width);
  return column;
}

std::optional<Column> Column::with_list(std::size_t i, std::span<const std::uint32_t> words) const {
  for (const std::uint32_t word : words)
    if (width_for(word) > width) return std::nullopt;
  const std::size_t before = offsets[i], after = offsets[i + 1], end = offsets[block_size];
  Column column = frame();
  column.known.set(i);
  column.data = AlignedBytes(std::max<std::size_t>(1, before + words.size() + end - after) * width);
  std::byte* to = column.data.as<std::byte>();
  const std::byte* const from = data.as<std::byte>();
  to = std::copy(from, from + before * width, to);
  for (const std::uint32_t word : words) {
    std::memcpy(to, &word, width);
    to += width;
  }
  std::copy(from + after * width, from + end * width, to);
  const auto growth = static_cast<std::uint32_t>(words.size() - (after - before));
  for (std::size_t at = i + 1; at <= block_size; ++at) column.offsets[at] += growth;
  return column;
}

OpenColumn::OpenColumn(Column::Form with_form) : form(with_form) {
  if (form == Column::Form::lists) {
    lists.resize(block_size);
  } else {
    keys.resize(block_size);
  }
}

OpenColumn::OpenColumn(const Column& column) : OpenColumn(column.form) {
  known = column.known;
  for_each_bit(known, [&](std::size_t i) {
    if (form == Column::Form::lists) {
      column.for_each_word(i, [&](std::uint32_t word) { lists[i].push_back(word); });
    } else {
      keys[i] = form == Column::Form::words ? column.word(i) : column.key(i);
    }
  });
}

Column OpenColumn::close() const {
  Column column;
  column.form = form;
  column.known = known;
  switch (form) {
    case Column::Form::bits:
      for_each_bit(known, [&](std::size_t i) { column.truth.assign(i, keys[i] != 0); });
      break;
    case Column::Form::numbers:
      close_numbers(*this, column);
      break;
    case Column::Form::words:
      close_words(*this, column);
      break;
    case Column::Form::lists:
      close_lists(*this, column);
  }
  return column;
}

}  // namespace zhida::matching::engine
