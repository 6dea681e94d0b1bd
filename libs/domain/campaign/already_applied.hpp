#pragma once

#include "domain/delivery/ledger.hpp"

#include <cstdint>
#include <span>

namespace zhida::campaign {

/// Whether the enterprise has applied for, or got, every one of the items (delivery::hash_of their ids): pushing them would tell it
/// nothing. An application that was rejected does not count; false for no items.
bool already_applied(const delivery::Ledger& ledger, std::span<const std::uint64_t> items);

}  // namespace zhida::campaign
