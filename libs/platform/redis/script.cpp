#include "platform/redis/script.hpp"

#include <fmt/core.h>
#include <openssl/evp.h>

#include <iterator>
#include <stdexcept>
#include <utility>

namespace zhida::redis {

Script::Script(std::string source) : source_(std::move(source)) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  if (EVP_Digest(source_.data(), source_.size(), digest, &length, EVP_sha1(), nullptr) != 1)
    throw std::runtime_error("OpenSSL has no SHA-1");
  for (unsigned int i = 0; i < length; ++i) fmt::format_to(std::back_inserter(sha_), "{:02x}", digest[i]);
}

}  // namespace zhida::redis
