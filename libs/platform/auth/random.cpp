#include "platform/auth/random.hpp"

#include <openssl/rand.h>

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

}  // namespace zhida::auth
