#include "page/link_signer.hpp"

#include "platform/auth/digest.hpp"

#include <gtest/gtest.h>

#include <string>

namespace zhida::page {
namespace {

using namespace std::chrono_literals;

const std::string key(32, '\x17');
const Instant now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) + 500ms;

ClickToken some_token(Instant expires) {
  ClickToken token;
  token.key_id = LinkSigner::key_id;
  token.expires = expires;
  token.intent.campaign = 12;
  token.uscc = *enterprise::Uscc::make("91310117MA1J3ABC0");
  token.link = 3;
  return token;
}

TEST(LinkSigner, SignsWithHmacSha256) {
  const LinkSigner signer(key, 24h);
  const ClickToken token = some_token(std::chrono::floor<std::chrono::seconds>(now) + 1h);
  const MacFunction reference = [](std::uint8_t, std::string_view bytes) {
    const auth::Digest digest = auth::hmac_sha256(key, bytes);
    Mac mac;
    std::copy_n(digest.begin(), mac.size(), mac.begin());
    return std::optional(mac);
  };
  EXPECT_EQ(signer.write(token), write_token(token, reference));
  EXPECT_EQ(signer.read(signer.write(token), now).value(), token);
}

TEST(LinkSigner, KnowsOnlyItsOwnKey) {
  const LinkSigner signer(key, 24h), other(std::string(32, '\x18'), 24h);
  const std::string text = other.write(some_token(std::chrono::floor<std::chrono::seconds>(now) + 1h));
  EXPECT_EQ(signer.read(text, now).error(), TokenError::bad);
  EXPECT_NE(signer.fingerprint(), other.fingerprint());
}

TEST(LinkSigner, RefusesAKeyOfAnotherLength) {
  EXPECT_THROW(LinkSigner("short", 24h), std::invalid_argument);
  EXPECT_THROW(LinkSigner("", 24h), std::invalid_argument);
  EXPECT_THROW(LinkSigner(key, 0s), std::invalid_argument);
}

TEST(LinkSigner, GivesLinksAtLeastHalfALifetimeAndAtMostAWholeOne) {
  constexpr std::chrono::seconds lifetime = 400 * 24h;
  const LinkSigner signer(key, lifetime);
  for (const auto age : {0h, 1h, 24h, 199 * 24h, 200 * 24h, 201 * 24h, 5'000 * 24h}) {
    const Instant expires = signer.expiry(now - age, now);
    EXPECT_GE(expires, now + lifetime / 2 - 1s) << age.count();
    EXPECT_LE(expires, now + lifetime) << age.count();
  }
}

TEST(LinkSigner, KeepsTheExpiryStableBetweenReads) {
  const LinkSigner signer(key, 400 * 24h);
  EXPECT_EQ(signer.expiry(now - 1h, now), signer.expiry(now - 1h, now + 100 * 24h));
}

}  // namespace
}  // namespace zhida::page
