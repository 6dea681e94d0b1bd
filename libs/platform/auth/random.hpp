#pragma once

#include "platform/auth/digest.hpp"

#include <cstddef>
#include <string>

namespace zhida::auth {

/// Cryptographic randomness. Throws `std::runtime_error` if the system has none.
std::string random_bytes(std::size_t count);
Digest random_key();

}  // namespace zhida::auth
