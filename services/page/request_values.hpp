#pragma once

#include "domain/date_time.hpp"
#include "domain/enterprise/uscc.hpp"
#include "domain/enum_names.hpp"
#include "page/problem.hpp"
#include "platform/http/request.hpp"
#include "stores/profiles/profile_store.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace zhida::page {

// What requests say in their address. A wrong value throws http::Refused with 422 that names the parameter.

/// The path segment `uscc`.
enterprise::Uscc uscc_of(const http::Request& request);
/// Throws http::Refused with 404 if the asker's key is limited to a region that the enterprise is not known to be in.
void require_in_region(const http::Request& request, const stores::ProfileStore& profiles, const enterprise::Uscc& uscc);
/// A code given as parameter or segment `name`.
enterprise::Uscc read_uscc(std::string_view text, std::string_view name);

/// `limit`: 1–1000, 50 if absent.
std::size_t limit_of(const http::Request& request);

/// `asof`, `today` if absent.
domain::Date asof_of(const http::Request& request, domain::Date today);

[[noreturn]] void refuse_parameter(std::string_view name, std::string code, std::string detail, std::string detail_zh);

/// A parameter that is one word of an enumeration; nothing if it is absent or empty.
template <class Enum>
std::optional<Enum> choice_of(const http::Request& request, std::string_view name) {
  const std::string_view word = request.query_or(name, "");
  if (word.empty()) return std::nullopt;
  const std::optional<Enum> choice = domain::from_name<Enum>(word);
  if (!choice)
    refuse_parameter(name, "enum", "must be one of " + domain::all_names<Enum>() + ".",
                     "应为以下之一：" + domain::all_names<Enum>() + "。");
  return choice;
}

}  // namespace zhida::page
