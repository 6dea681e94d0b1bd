#include "stores/deliveries/bucket.hpp"

#include "domain/delivery/bytes.hpp"
#include "domain/enterprise/uscc.hpp"

#include <algorithm>
#include <compare>
#include <cstdint>
#include <tuple>

namespace zhida::stores::deliveries {
namespace {

constexpr std::size_t code_size = std::tuple_size_v<enterprise::Uscc::Packed>;

// Codes are compared for every entry that is read: as numbers, and not by a call.
struct Code {
  std::uint64_t head = 0;
  std::uint32_t tail = 0;

  explicit Code(std::string_view code) {
    constexpr std::size_t head_size = sizeof head;
    static_assert(code_size > head_size && code_size <= head_size + sizeof tail);
    for (std::size_t i = 0; i < head_size; ++i) head = head << 8 | static_cast<unsigned char>(code[i]);
    for (std::size_t i = head_size; i < code_size; ++i) tail = tail << 8 | static_cast<unsigned char>(code[i]);
  }
  friend auto operator<=>(const Code&, const Code&) = default;
};

}  // namespace

std::optional<BucketEntry> BucketEntries::next() {
  if (rest_.empty() || !good_) return std::nullopt;
  good_ = false;
  if (rest_.size() < code_size) return std::nullopt;
  BucketEntry entry;
  entry.code = rest_.substr(0, code_size);
  delivery::ByteReader in(rest_.substr(code_size));
  entry.ledger = in.text();
  if (!in.good() || entry.ledger.empty() || (!last_.empty() && Code(entry.code) <= Code(last_))) return std::nullopt;
  good_ = true;
  last_ = entry.code;
  rest_.remove_prefix(static_cast<std::size_t>(entry.ledger.data() + entry.ledger.size() - rest_.data()));
  return entry;
}

void append_entry(std::string& bucket, std::string_view code, std::string_view ledger) {
  if (ledger.empty()) return;
  bucket.append(code);
  delivery::ByteWriter(bucket).text(ledger);
}

std::optional<std::string_view> find_ledger(std::string_view bucket, std::string_view code) {
  const Code wanted(code);
  BucketEntries entries(bucket);
  while (const auto entry = entries.next()) {
    const auto order = Code(entry->code) <=> wanted;
    if (order == 0) return entry->ledger;
    if (order > 0) return std::string_view();
  }
  if (!entries.good()) return std::nullopt;
  return std::string_view();
}

bool OpenedBucket::open(std::string_view bytes) {
  entries_.clear();
  BucketEntries entries(bytes);
  while (const auto entry = entries.next()) entries_.push_back(*entry);
  return entries.good();
}

std::string_view OpenedBucket::ledger(std::string_view code) const {
  const Code wanted(code);
  const auto found = std::ranges::find_if(entries_, [&](const BucketEntry& entry) { return Code(entry.code) == wanted; });
  return found == entries_.end() ? std::string_view() : found->ledger;
}

}  // namespace zhida::stores::deliveries
