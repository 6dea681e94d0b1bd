#include "domain/campaign/bucket.hpp"

#include <xxhash.h>

#include <string>

namespace zhida::campaign {

std::uint32_t bucket(std::string_view salt, const enterprise::Uscc& uscc, std::uint32_t buckets) {
  std::string text;
  text.reserve(salt.size() + 1 + enterprise::Uscc::size);
  text += salt;
  text.push_back('\0');
  text += uscc.text();
  return static_cast<std::uint32_t>(XXH3_64bits(text.data(), text.size()) % buckets);
}

}  // namespace zhida::campaign
