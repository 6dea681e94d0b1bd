#pragma once

#include "domain/enterprise/uscc.hpp"
#include "domain/policy/document.hpp"
#include "domain/policy/item.hpp"
#include "page/shelf.hpp"
#include "platform/http/request.hpp"
#include "stores/reference/reference_data.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::page {

/// A place in the list of policies: items and, at the same id behind them, documents.
struct PolicyPlace {
  std::string id;
  bool document = false;

  friend auto operator<=>(const PolicyPlace&, const PolicyPlace&) = default;
};

std::string format(const PolicyPlace& place);
std::optional<PolicyPlace> parse_policy_place(std::string_view text);

/// What a search for policies asks for.
struct PolicyQuery {
  std::vector<std::string> words;  ///< in lower case; all must occur
  std::string topic;               ///< empty = any
  std::optional<policy::Level> level;
  std::optional<policy::DocumentKind> kind;
  std::optional<policy::Mode> mode;
  std::optional<enterprise::Uscc> fits;
  std::size_t limit = 50;
  std::optional<PolicyPlace> after;

  /// Throws http::Refused with 422.
  static PolicyQuery read(const http::Request& request, const stores::ReferenceData& reference);

  /// All but `fits`, `limit` and `after`.
  bool keeps(const Offer& offer) const;
  bool keeps(const policy::Document& document) const;
};

}  // namespace zhida::page
