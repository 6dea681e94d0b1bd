#include "domain/enterprise/disclosure.hpp"

#include <algorithm>
#include <array>

namespace zhida::enterprise {

bool may_read(matching::Sensitivity sensitivity, std::string_view role) {
  static constexpr std::array<std::string_view, 4> trusted{"data_centre", "page", "auditor", "admin"};
  return sensitivity != matching::Sensitivity::sensitive || std::ranges::find(trusted, role) != trusted.end();
}

Disclosure::Disclosure(const matching::Dictionary& dictionary, std::string_view role)
    : dictionary_(&dictionary), everything_(may_read(matching::Sensitivity::sensitive, role)) {}

bool Disclosure::shows(std::uint32_t slot) const {
  return everything_ || (*dictionary_)[slot].sensitivity != matching::Sensitivity::sensitive;
}

bool Disclosure::shows(std::string_view attribute) const {
  if (everything_) return true;
  const matching::Attribute* known = dictionary_->find(attribute);
  return known != nullptr && known->sensitivity != matching::Sensitivity::sensitive;
}

}  // namespace zhida::enterprise
