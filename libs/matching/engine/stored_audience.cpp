#include "matching/engine/stored_audience.hpp"

#include "matching/engine/kernels.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#include <roaring/roaring.h>
#pragma GCC diagnostic pop

#include <cstring>
#include <utility>

namespace zhida::matching::engine {

struct StoredAudience::Bitmap {
  struct Free {
    void operator()(roaring_bitmap_t* bitmap) const { roaring_bitmap_free(bitmap); }
  };
  std::unique_ptr<roaring_bitmap_t, Free> held;
};

StoredAudience::StoredAudience() : bitmap_(std::make_unique<Bitmap>()) { bitmap_->held.reset(roaring_bitmap_create()); }
StoredAudience::StoredAudience(const StoredAudience& other) : bitmap_(std::make_unique<Bitmap>()) {
  bitmap_->held.reset(roaring_bitmap_copy(other.bitmap_->held.get()));
}
StoredAudience::StoredAudience(StoredAudience&&) noexcept = default;
StoredAudience& StoredAudience::operator=(StoredAudience other) noexcept {
  std::swap(bitmap_, other.bitmap_);
  return *this;
}
StoredAudience::~StoredAudience() = default;

void StoredAudience::add(std::size_t block, const Mask& profiles) {
  std::uint32_t ids[block_size];
  const std::size_t count = kernels().emit(profiles, static_cast<std::uint32_t>(block * block_size), ids);
  roaring_bitmap_add_many(bitmap_->held.get(), count, ids);
}

std::uint64_t StoredAudience::size() const { return roaring_bitmap_get_cardinality(bitmap_->held.get()); }
bool StoredAudience::contains(ProfileId id) const { return roaring_bitmap_contains(bitmap_->held.get(), id); }

std::vector<ProfileId> StoredAudience::ids() const {
  std::vector<ProfileId> ids(size());
  roaring_bitmap_to_uint32_array(bitmap_->held.get(), ids.data());
  return ids;
}

StoredAudience StoredAudience::without(const StoredAudience& other) const {
  StoredAudience result(*this);
  roaring_bitmap_andnot_inplace(result.bitmap_->held.get(), other.bitmap_->held.get());
  return result;
}

bool StoredAudience::operator==(const StoredAudience& other) const {
  return roaring_bitmap_equals(bitmap_->held.get(), other.bitmap_->held.get());
}

std::size_t StoredAudience::bytes() const { return roaring_bitmap_portable_size_in_bytes(bitmap_->held.get()); }

std::string StoredAudience::serialised() const {
  std::string text(bytes(), '\0');
  roaring_bitmap_portable_serialize(bitmap_->held.get(), text.data());
  return text;
}

std::unique_ptr<StoredAudience> StoredAudience::parse(std::string_view bytes) {
  // The library complains on standard output about what does not even begin like a bitmap.
  constexpr std::uint16_t without_runs = 12346, with_runs = 12347;
  std::uint16_t cookie = 0;
  if (bytes.size() < 8) return nullptr;
  std::memcpy(&cookie, bytes.data(), sizeof cookie);
  if (cookie != without_runs && cookie != with_runs) return nullptr;
  roaring_bitmap_t* const read = roaring_bitmap_portable_deserialize_safe(bytes.data(), bytes.size());
  if (!read) return nullptr;
  auto audience = std::make_unique<StoredAudience>();
  audience->bitmap_->held.reset(read);
  return audience;
}

StoredAudience eligible(AudienceMatch& match) {
  StoredAudience audience;
  for (std::size_t block = 0; block < match.blocks(); ++block)
    if (const Mask found = match.decide(block).eligible; found.any()) audience.add(block, found);
  return audience;
}

}  // namespace zhida::matching::engine
