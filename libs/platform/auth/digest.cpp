#include "platform/auth/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <stdexcept>

namespace zhida::auth {
namespace {

/// Fetched once: OpenSSL 3 looks algorithms up by name otherwise, for longer than a small hash takes.
const EVP_MD* sha256_method() {
  static EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (method == nullptr) throw std::runtime_error("OpenSSL has no SHA-256");
  return method;
}

void check(bool good) {
  if (!good) throw std::runtime_error("OpenSSL failed to hash");
}

}  // namespace

struct Sha256::State {
  State() : context(EVP_MD_CTX_new()) { check(context != nullptr && EVP_DigestInit_ex2(context, sha256_method(), nullptr) == 1); }
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  EVP_MD_CTX* context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(std::string_view bytes) {
  check(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1);
  return *this;
}

Digest Sha256::finish() {
  Digest digest;
  check(EVP_DigestFinal_ex(state_->context, digest.data(), nullptr) == 1);
  check(EVP_DigestInit_ex2(state_->context, sha256_method(), nullptr) == 1);
  return digest;
}

Digest sha256(std::string_view bytes) {
  thread_local Sha256 hash;
  return hash.update(bytes).finish();
}

Digest hmac_sha256(std::string_view key, std::string_view message) {
  Digest digest;
  unsigned length = 0;
  check(HMAC(sha256_method(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(message.data()),
             message.size(), digest.data(), &length) != nullptr);
  return digest;
}

std::string hkdf_sha256(std::string_view secret, std::string_view salt, std::string_view info, std::size_t length) {
  if (length > 255 * 32) throw std::logic_error("HKDF cannot give that many bytes");
  const std::string no_salt(32, '\0');
  const Digest extracted = hmac_sha256(salt.empty() ? std::string_view(no_salt) : salt, secret);
  std::string expanded, block;
  for (char counter = 1; expanded.size() < length; ++counter) {
    block.append(info) += counter;
    const Digest next = hmac_sha256(bytes_of(extracted), block);
    block = bytes_of(next);
    expanded += block;
  }
  expanded.resize(length);
  return expanded;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace zhida::auth
