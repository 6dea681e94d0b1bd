#include "page/link_signer.hpp"

#include "platform/auth/digest.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <stdexcept>

namespace zhida::page {

constexpr std::size_t key_bytes = 32;
constexpr std::size_t longest_message = 192;  // of what domain/page signs

LinkSigner::LinkSigner(std::string_view key, std::chrono::seconds lifetime) : lifetime_(lifetime) {
  if (key.size() != key_bytes) throw std::invalid_argument("the key of click links must have 32 bytes");
  if (lifetime < std::chrono::minutes(1)) throw std::invalid_argument("click links must live for a minute at least");
  inner_.fill(0x36);
  outer_.fill(0x5c);
  for (std::size_t i = 0; i < key.size(); ++i) {
    inner_[i] = static_cast<char>(inner_[i] ^ key[i]);
    outer_[i] = static_cast<char>(outer_[i] ^ key[i]);
  }
  const Mac name = sign("zhida page links");
  std::memcpy(&fingerprint_, name.data(), sizeof fingerprint_);
  mac_ = [this](std::uint8_t id, std::string_view bytes) { return id == key_id ? std::optional(sign(bytes)) : std::nullopt; };
}

Mac LinkSigner::sign(std::string_view bytes) const {
  if (bytes.size() > longest_message) throw std::length_error("this is no content of a click link");
  std::array<char, 64 + longest_message> message;
  std::ranges::copy(inner_, message.begin());
  std::ranges::copy(bytes, message.begin() + inner_.size());
  const auth::Digest inside = auth::sha256({message.data(), inner_.size() + bytes.size()});
  std::ranges::copy(outer_, message.begin());
  std::memcpy(message.data() + outer_.size(), inside.data(), inside.size());
  const auth::Digest digest = auth::sha256({message.data(), outer_.size() + inside.size()});
  Mac mac;
  std::copy_n(digest.begin(), mac.size(), mac.begin());
  return mac;
}

Instant LinkSigner::expiry(Instant delivered_at, Instant now) const {
  const std::chrono::seconds step = lifetime_ / 2;
  const auto age = std::max(std::chrono::floor<std::chrono::seconds>(now - delivered_at), std::chrono::seconds(0));
  return std::chrono::floor<std::chrono::seconds>(delivered_at) + lifetime_ + age / step * step;
}

}  // namespace zhida::page
