#include "stores/deliveries/bucket.hpp"

#include "domain/delivery/bytes.hpp"
#include "domain/enterprise/uscc.hpp"

#include <tuple>

namespace zhida::stores::deliveries {
namespace {

constexpr std::size_t code_size = std::tuple_size_v<enterprise::Uscc::Packed>;

}  // namespace

std::optional<BucketEntry> BucketEntries::next() {
  if (rest_.empty() || !good_) return std::nullopt;
  good_ = false;
  if (rest_.size() < code_size) return std::nullopt;
  BucketEntry entry;
  entry.code = rest_.substr(0, code_size);
  delivery::ByteReader in(rest_.substr(code_size));
  entry.ledger = in.text();
  if (!in.good() || entry.ledger.empty() || entry.code <= last_) return std::nullopt;
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
  BucketEntries entries(bucket);
  while (const auto entry = entries.next()) {
    const auto order = entry->code <=> code;
    if (order == 0) return entry->ledger;
    if (order > 0) return std::string_view();
  }
  if (!entries.good()) return std::nullopt;
  return std::string_view();
}

}  // namespace zhida::stores::deliveries
