#include "stores/profiles/region_scope.hpp"

namespace zhida::stores {
namespace {

constexpr std::size_t digits_of_district = 6;

}  // namespace

RegionScope::RegionScope(const ProfileStore& profiles, std::string_view region) : profiles_(profiles), region_(region) {
  if (!limited()) return;
  const matching::Attribute* attribute =
      profiles.dictionary().find(region.size() == digits_of_district ? "region_district" : "region_street");
  if (attribute != nullptr) slot_ = attribute->slot;
  slots_.resize(profiles.dictionary().size());
}

bool RegionScope::covers(const enterprise::Uscc& uscc) const { return !limited() || (profiles_.slots(uscc, slots_) && covers(slots_)); }

bool RegionScope::covers(std::span<const cel::Value> slots) const {
  if (!limited()) return true;
  return slot_ && slots[*slot_].kind() == cel::Kind::string && slots[*slot_].as_string() == region_;
}

}  // namespace zhida::stores
