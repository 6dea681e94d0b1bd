#pragma once

#include "matching/engine/audience_match.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::matching::engine {

/// A set of profiles that is kept: compressed (Roaring), since most audiences are a small share of all.
class StoredAudience {
 public:
  StoredAudience();
  StoredAudience(const StoredAudience& other);
  StoredAudience(StoredAudience&&) noexcept;
  StoredAudience& operator=(StoredAudience other) noexcept;
  ~StoredAudience();

  /// Adds the profiles of a block. Blocks should come in order.
  void add(std::size_t block, const Mask& profiles);

  std::uint64_t size() const;
  bool contains(ProfileId id) const;
  /// All members, ascending.
  std::vector<ProfileId> ids() const;
  /// Members that `other` does not have.
  StoredAudience without(const StoredAudience& other) const;
  bool operator==(const StoredAudience& other) const;

  /// The portable Roaring format, and back; null for bytes that are no such thing.
  std::string serialised() const;
  static std::unique_ptr<StoredAudience> parse(std::string_view bytes);
  std::size_t bytes() const;

 private:
  struct Bitmap;
  std::unique_ptr<Bitmap> bitmap_;
};

/// Who is eligible.
StoredAudience eligible(AudienceMatch& match);

}  // namespace zhida::matching::engine
