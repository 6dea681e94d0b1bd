#include "platform/auth/aes_gcm.hpp"

#include "platform/auth/random.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
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

/// A context for one direction, made when it is first used.
class Context {
 public:
  explicit Context(bool sealing) : sealing_(sealing) {}
  ~Context() { EVP_CIPHER_CTX_free(handle_); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  void forget_key() { keyed_ = false; }
  EVP_CIPHER_CTX* keyed(const Digest& key) {
    static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    if (keyed_) return handle_;
    const bool is_new = handle_ == nullptr;
    if (is_new) handle_ = EVP_CIPHER_CTX_new();
    check(cipher != nullptr && handle_ != nullptr);
    check(EVP_CipherInit_ex2(handle_, is_new ? cipher : nullptr, key.data(), nullptr, sealing_ ? 1 : 0, nullptr) == 1);
    keyed_ = true;
    return handle_;
  }

 private:
  bool sealing_;
  bool keyed_ = false;
  EVP_CIPHER_CTX* handle_ = nullptr;
};

}  // namespace

struct AesGcm::State {
  explicit State(const Digest& its_key) : key(its_key) {}
  ~State() { OPENSSL_cleanse(key.data(), key.size()); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  std::string next_nonce() {
    if (counter == 0) random.fill(prefix);
    std::string nonce(prefix.begin(), prefix.end());
    for (unsigned shift = 0; shift < 32; shift += 8) nonce += static_cast<char>((counter >> shift) & 0xFFU);
    ++counter;
    return nonce;
  }

  Digest key;
  Context sealing{true};
  Context opening{false};
  RandomBuffer random;
  std::array<unsigned char, prefix_size> prefix{};
  std::uint32_t counter = 0;
};

AesGcm::AesGcm(const Digest& key) : state_(std::make_unique<State>(key)) {}

void AesGcm::rekey(const Digest& key) {
  state_->key = key;
  state_->sealing.forget_key();
  state_->opening.forget_key();
  state_->counter = 0;  // draws another prefix
}
AesGcm::~AesGcm() = default;
AesGcm::AesGcm(AesGcm&&) noexcept = default;
AesGcm& AesGcm::operator=(AesGcm&&) noexcept = default;

std::string AesGcm::seal(std::string_view plain, std::string_view context) {
  std::string sealed = state_->next_nonce();
  sealed.resize(nonce_size + plain.size() + tag_size);
  EVP_CIPHER_CTX* cipher = state_->sealing.keyed(state_->key);
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
  EVP_CIPHER_CTX* cipher = state_->opening.keyed(state_->key);
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
