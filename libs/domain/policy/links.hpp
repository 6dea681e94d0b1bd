#pragma once

#include "domain/field_error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::policy {

enum class UrlFlaw { none, malformed, host };

/// The host of an http or https URL, in lower case. Nothing if `url` is not one that is safe to redirect to: other schemes, user names,
/// blanks, control characters, backslashes, non-ASCII hosts, an empty host, a bad port, more than 2,048 bytes.
std::optional<std::string> host_of(std::string_view url);

/// Which hosts links may point to.
class LinkPolicy {
 public:
  /// `hosts`: exact names, or `*.gov.cn` for every name below gov.cn; without regard to case.
  explicit LinkPolicy(std::vector<std::string> hosts);

  /// `host`: a good URL of a host that is not allowed.
  UrlFlaw flaw(std::string_view url) const;

  /// Adds the error of `url`, if it has one, at `pointer`.
  void check(std::string_view url, const std::string& pointer, domain::FieldErrors& errors) const;

 private:
  std::vector<std::string> hosts_;
};

/// `malformed` only: for addresses that are shown, never redirected to.
void check_url(std::string_view url, const std::string& pointer, domain::FieldErrors& errors);

}  // namespace zhida::policy
