#pragma once

#include "platform/auth/digest.hpp"

#include <filesystem>
#include <string>

namespace zhida::node {

/// The master key in `file`: 64 hexadecimal digits. Throws `std::runtime_error` if it is missing or damaged.
auth::Digest read_master_key(const std::filesystem::path& file);

/// 32 secret bytes that click links are signed with; they follow from the master key.
std::string link_key_of(const auth::Digest& master_key);

/// What processes of one cluster show each other, 64 hexadecimal digits; it follows from the master key.
std::string query_key_of(const auth::Digest& master_key);

}  // namespace zhida::node
