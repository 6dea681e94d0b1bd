#include "platform/auth/random.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>

namespace zhida::auth {

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1)
    throw std::runtime_error("the system has no randomness");
  return bytes;
}

Digest random_key() {
  Digest key;
  if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1) throw std::runtime_error("the system has no randomness");
  return key;
}

RandomBuffer::~RandomBuffer() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

void RandomBuffer::fill(std::span<unsigned char> out) {
  while (!out.empty()) {
    if (used_ == bytes_.size()) {
      bytes_.resize(room);
      if (RAND_bytes(bytes_.data(), static_cast<int>(room)) != 1) throw std::runtime_error("the system has no randomness");
      used_ = 0;
    }
    const std::size_t some = std::min(out.size(), bytes_.size() - used_);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(used_), some, out.begin());
    OPENSSL_cleanse(bytes_.data() + used_, some);
    used_ += some;
    out = out.subspan(some);
  }
}

Digest RandomBuffer::key() {
  Digest key;
  fill(key);
  return key;
}

}  // namespace zhida::auth
