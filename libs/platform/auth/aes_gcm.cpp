#include "platform/auth/aes_gcm.hpp"

#include "platform/auth/random.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>

namespace zhida::auth {
namespace {

constexpr std::size_t nonce_size = 12, prefix_size = 8, tag_size = 16;
static_assert(nonce_size + tag_size == AesGcm::overhead);

void check(bool good) {
  if (!good) throw std::runtime_error("OpenSSL failed to seal");
}

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
int size(std::string_view text) {
  if (text.size() > 1U << 30U) throw std::length_error("too long to seal");
  return static_cast<int>(text.size());
}

EVP_CIPHER_CTX* keyed_context(const Digest& key, bool sealing) {
  static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  check(cipher != nullptr && context != nullptr && EVP_CipherInit_ex2(context, cipher, key.data(), nullptr, sealing ? 1 : 0, nullptr) == 1);
  return context;
}

}  // namespace

struct AesGcm::State {
  explicit State(const Digest& key) : sealing(keyed_context(key, true)), opening(keyed_context(key, false)) {}
  ~State() {
    EVP_CIPHER_CTX_free(sealing);
    EVP_CIPHER_CTX_free(opening);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  std::string next_nonce() {
    if (counter == 0) prefix = random_bytes(prefix_size);
    std::string nonce = prefix;
    for (unsigned shift = 0; shift < 32; shift += 8) nonce += static_cast<char>((counter >> shift) & 0xFFU);
    ++counter;
    return nonce;
  }

  EVP_CIPHER_CTX* sealing;
  EVP_CIPHER_CTX* opening;
  std::string prefix;
  std::uint32_t counter = 0;
};

AesGcm::AesGcm(const Digest& key) : state_(std::make_unique<State>(key)) {}
AesGcm::~AesGcm() = default;
AesGcm::AesGcm(AesGcm&&) noexcept = default;
AesGcm& AesGcm::operator=(AesGcm&&) noexcept = default;

std::string AesGcm::seal(std::string_view plain, std::string_view context) {
  std::string sealed = state_->next_nonce();
  sealed.resize(nonce_size + plain.size() + tag_size);
  EVP_CIPHER_CTX* cipher = state_->sealing;
  unsigned char* out = bytes(sealed);
  int written = 0;
  check(EVP_EncryptInit_ex2(cipher, nullptr, nullptr, out, nullptr) == 1);
  if (!context.empty()) check(EVP_EncryptUpdate(cipher, nullptr, &written, bytes(context), size(context)) == 1);
  if (!plain.empty()) check(EVP_EncryptUpdate(cipher, out + nonce_size, &written, bytes(plain), size(plain)) == 1);
  unsigned char* tag = out + nonce_size + plain.size();
  check(EVP_EncryptFinal_ex(cipher, tag, &written) == 1);
  check(EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, tag_size, tag) == 1);
  return sealed;
}

std::optional<std::string> AesGcm::open(std::string_view sealed, std::string_view context) {
  if (sealed.size() < overhead) return std::nullopt;
  const std::string_view hidden = sealed.substr(nonce_size, sealed.size() - overhead);
  std::string tag(sealed.substr(sealed.size() - tag_size));
  std::string plain(hidden.size(), '\0');
  EVP_CIPHER_CTX* cipher = state_->opening;
  int written = 0;
  check(EVP_DecryptInit_ex2(cipher, nullptr, nullptr, bytes(sealed), nullptr) == 1);
  if (!context.empty()) check(EVP_DecryptUpdate(cipher, nullptr, &written, bytes(context), size(context)) == 1);
  if (!hidden.empty()) check(EVP_DecryptUpdate(cipher, bytes(plain), &written, bytes(hidden), size(hidden)) == 1);
  check(EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, tag_size, tag.data()) == 1);
  unsigned char nothing[16];
  if (EVP_DecryptFinal_ex(cipher, nothing, &written) != 1) return std::nullopt;
  return plain;
}

}  // namespace zhida::auth
