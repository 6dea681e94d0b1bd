#pragma once

#include "domain/enterprise/uscc.hpp"
#include "domain/enum_names.hpp"
#include "page/problem.hpp"
#include "platform/http/parameters.hpp"
#include "stores/profiles/profile_store.hpp"

#include <optional>
#include <string_view>

namespace zhida::page {

// What requests say in their address. A wrong value throws http::Refused with 422 that names the parameter.

/// The path segment `uscc`.
enterprise::Uscc uscc_of(const http::Request& request);
/// Throws http::Refused with 404 if the asker's key is limited to a region that the enterprise is not known to be in.
void require_in_region(const http::Request& request, const stores::ProfileStore& profiles, const enterprise::Uscc& uscc);
/// A code given as parameter or segment `name`.
enterprise::Uscc read_uscc(std::string_view text, std::string_view name);

/// A parameter that is one word of an enumeration; nothing if it is absent or empty.
template <class Enum>
std::optional<Enum> choice_of(const http::Request& request, std::string_view name) {
  const auto index = http::word_parameter(request, name, domain::EnumNames<Enum>::names);
  return index ? std::optional(static_cast<Enum>(*index)) : std::nullopt;
}

}  // namespace zhida::page
