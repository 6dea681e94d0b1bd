#pragma once

#include "matching/dictionary.hpp"

#include <cstdint>
#include <string_view>

namespace zhida::enterprise {

/// Whether whoever holds a key of `role` (its word in the public interface) reads values of this sensitivity.
///
/// Sensitive values, turnover, assets, income, offences, are for those they belong to, the enterprise on its own page, for the data centre
/// that supplies them, and for auditors and administrators, who judge decisions by their evidence. Operators, approvers and analysts see
/// that such a value was read and what came of it, not the value.
bool may_read(matching::Sensitivity sensitivity, std::string_view role);

/// What one reader sees of profiles.
class Disclosure {
 public:
  /// The dictionary must outlive it.
  Disclosure(const matching::Dictionary& dictionary, std::string_view role);

  bool shows_everything() const { return everything_; }
  bool shows(std::uint32_t slot) const;
  /// False for an attribute that the dictionary does not know (any more), unless everything is shown.
  bool shows(std::string_view attribute) const;

 private:
  const matching::Dictionary* dictionary_;
  bool everything_;
};

}  // namespace zhida::enterprise
