#include "platform/auth/aes_gcm.hpp"
#include "platform/auth/digest.hpp"
#include "platform/auth/encoding.hpp"
#include "platform/auth/random.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>

namespace zhida::auth {
namespace {

std::string hex_of(const Digest& digest) { return hex(bytes_of(digest)); }

TEST(Sha256, AgreesWithTheStandard) {  // FIPS 180-4 examples
  EXPECT_EQ(hex_of(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_of(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Sha256 hash;
  EXPECT_EQ(hash.update("a").update("bc").finish(), sha256("abc"));
  EXPECT_EQ(hash.finish(), sha256(""));
}

TEST(HmacSha256, AgreesWithRfc4231) {
  EXPECT_EQ(hex_of(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex_of(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HkdfSha256, AgreesWithRfc5869) {
  const std::string secret(22, '\x0b');
  EXPECT_EQ(hex(hkdf_sha256(secret, *from_hex("000102030405060708090a0b0c"), *from_hex("f0f1f2f3f4f5f6f7f8f9"), 42)),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  EXPECT_EQ(hex(hkdf_sha256(secret, "", "", 42)), "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(Base64, AgreesWithRfc4648AndRefusesOtherSpellings) {
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(base64url("\xfb\xff"), "-_8");
  EXPECT_EQ(from_base64("Zm9vYmE="), "fooba");
  for (const char* text : {"Zm9vYg", "Zm9vYg=", "Zm9vYh==", "Zm9v!g==", "====", "Zm=vYg=="}) EXPECT_FALSE(from_base64(text)) << text;
  EXPECT_FALSE(from_base64url("Zm9vYg=="));
  EXPECT_FALSE(from_base64url("A"));
  EXPECT_FALSE(from_hex("0g"));
  EXPECT_EQ(from_hex("fF"), "\xff");
  EXPECT_TRUE(rc::check([](const std::string& bytes) {
    RC_ASSERT(from_base64(base64(bytes)) == bytes);
    RC_ASSERT(from_base64url(base64url(bytes)) == bytes);
    RC_ASSERT(from_hex(hex(bytes)) == bytes);
  }));
}

TEST(AesGcm, OpensWhatItSealedAndNothingElse) {
  AesGcm cipher(random_key());
  AesGcm other(random_key());
  for (const std::string& plain : {std::string(), std::string("上海某某科技有限公司"), std::string(100'000, 'x')}) {
    const std::string sealed = cipher.seal(plain, "enterprise-1");
    EXPECT_EQ(sealed.size(), plain.size() + AesGcm::overhead);
    EXPECT_EQ(cipher.open(sealed, "enterprise-1"), plain);
    EXPECT_FALSE(cipher.open(sealed, "enterprise-2"));
    EXPECT_FALSE(cipher.open(sealed));
    EXPECT_FALSE(other.open(sealed, "enterprise-1"));
    EXPECT_FALSE(cipher.open(std::string_view(sealed).substr(0, sealed.size() - 1), "enterprise-1"));
    for (const std::size_t at : {std::size_t{0}, sealed.size() / 2, sealed.size() - 1}) {
      std::string changed = sealed;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      EXPECT_FALSE(cipher.open(changed, "enterprise-1"));
    }
    EXPECT_EQ(cipher.open(sealed, "enterprise-1"), plain) << "a failed open must not spoil the next";
  }
  EXPECT_FALSE(cipher.open("short"));
}

TEST(AesGcm, AgreesWithTheGcmSpecification) {  // test case 13 of the GCM submission: zero key and nonce, nothing sealed
  AesGcm cipher(Digest{});
  EXPECT_EQ(cipher.open(std::string(12, '\0') + *from_hex("530f8afbc74536b9a963b4f1c4cb738b")), "");
}

TEST(AesGcm, NeverRepeatsANonce) {
  AesGcm cipher(random_key());
  std::set<std::string> nonces;
  for (int i = 0; i < 70'000; ++i) nonces.insert(cipher.seal("x").substr(0, 12));
  EXPECT_EQ(nonces.size(), 70'000U);
}

TEST(AesGcm, GoesOnUnderAnotherKey) {
  const Digest first = random_key(), second = random_key();
  AesGcm cipher(first);
  const std::string under_first = cipher.seal("x", "place");
  cipher.rekey(second);
  EXPECT_FALSE(cipher.open(under_first, "place"));
  const std::string under_second = cipher.seal("x", "place");
  EXPECT_NE(under_first.substr(0, 8), under_second.substr(0, 8)) << "another key has another prefix of nonces";
  EXPECT_EQ(AesGcm(second).open(under_second, "place"), "x");
  cipher.rekey(first);
  EXPECT_EQ(cipher.open(under_first, "place"), "x");
}

TEST(RandomBuffer, NeverHandsOutTheSameBytesTwice) {
  RandomBuffer random;
  std::set<Digest> keys;
  for (int i = 0; i < 1'000; ++i) keys.insert(random.key());
  EXPECT_EQ(keys.size(), 1'000U);
  EXPECT_FALSE(keys.contains(Digest{}));
}

TEST(ConstantTime, Compares) {
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abcd"));
}

}  // namespace
}  // namespace zhida::auth
