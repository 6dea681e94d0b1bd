#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The ledgers of enterprises with neighbouring hashes as one value in Redis: what is decided and delivered together is read and written
/// together. Per enterprise, ascending by code: the 11 bytes of its packed code, a varint of the ledger's size, the ledger
/// (domain/delivery/codec.hpp), which is never empty.
namespace zhida::stores::deliveries {

struct BucketEntry {
  std::string_view code;  ///< packed
  std::string_view ledger;
};

/// Walks through a bucket; the entries view its bytes.
class BucketEntries {
 public:
  explicit BucketEntries(std::string_view bytes) : rest_(bytes) {}

  /// Nothing behind the last one, and where the bytes are no bucket: then `good` is false.
  std::optional<BucketEntry> next();
  bool good() const { return good_; }

 private:
  std::string_view rest_;
  std::string_view last_;
  bool good_ = true;
};

/// Appends an entry whose code lies behind those before it; none for an empty ledger.
void append_entry(std::string& bucket, std::string_view code, std::string_view ledger);

/// The ledger of one enterprise, empty if it is not there; nothing if the bytes before its place are no bucket.
std::optional<std::string_view> find_ledger(std::string_view bucket, std::string_view code);

/// A bucket taken apart once, to be asked about several enterprises.
class OpenedBucket {
 public:
  /// False if the bytes are no bucket. What it gives views them.
  bool open(std::string_view bytes);
  /// The ledger of one enterprise, empty if it is not there.
  std::string_view ledger(std::string_view code) const;

 private:
  std::vector<BucketEntry> entries_;
};

}  // namespace zhida::stores::deliveries
