#pragma once

#include "domain/delivery/ledger.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace zhida::delivery {

/// A ledger as bytes: equal ledgers give equal bytes. An enterprise with one delivered single-item intent takes 14–17 bytes.
std::string encode(const Ledger& ledger);

/// The same, appended to `out`.
void encode_to(std::string& out, const Ledger& ledger);

/// Replaces `ledger`, keeping its memory for reuse. Empty bytes are the empty ledger.
/// Errors: `bad_message` for bytes that `encode` cannot have written (cut, trailing, out of order, out of range, another version); `ledger`
/// is then unspecified.
boost::system::result<void> decode_to(Ledger& ledger, std::string_view bytes);

boost::system::result<Ledger> decode(std::string_view bytes);

}  // namespace zhida::delivery
