#pragma once

#include "domain/enterprise/uscc.hpp"

#include <cstdint>
#include <string_view>

namespace zhida::campaign {

/// Which of `buckets` an enterprise falls into: variants and waves. XXH3 of salt, a zero byte and the code, modulo `buckets`: the same
/// on every machine and for ever, independent between salts.
std::uint32_t bucket(std::string_view salt, const enterprise::Uscc& uscc, std::uint32_t buckets);

}  // namespace zhida::campaign
