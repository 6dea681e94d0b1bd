#include "domain/page/click_token.hpp"

#include "domain/delivery/bytes.hpp"
#include "domain/page/base64url.hpp"

#include <limits>
#include <optional>
#include <stdexcept>

namespace zhida::page {
namespace {

constexpr std::uint64_t most_seconds = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t longest_token = 256;

/// Takes as long for a difference in the first byte as for one in the last.
bool same(const Mac& expected, std::string_view given) {
  if (given.size() != expected.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) difference |= static_cast<unsigned>(expected[i] ^ static_cast<std::uint8_t>(given[i]));
  return difference == 0;
}

class Category final : public boost::system::error_category {
  const char* name() const noexcept override { return "zhida.page.token"; }
  std::string message(int code) const override {
    switch (static_cast<TokenError>(code)) {
      case TokenError::bad:
        return "this is not a link of ours";
      case TokenError::expired:
        return "the link has expired";
    }
    return "unknown token error";
  }
};

}  // namespace

boost::system::error_code make_error_code(TokenError error) {
  static const Category category;
  return {static_cast<int>(error), category};
}

std::string write_token(const ClickToken& token, const MacFunction& mac) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(token.expires.time_since_epoch()).count();
  if (seconds < 0 || static_cast<std::uint64_t>(seconds) > most_seconds)
    throw std::invalid_argument("the expiry of a token lies outside 1970-2106");
  std::string bytes;
  delivery::ByteWriter out(bytes);
  out.byte(token.key_id);
  out.fixed(static_cast<std::uint64_t>(seconds), 4);
  for (const std::uint8_t byte : token.uscc.pack()) out.byte(byte);
  out.number(token.link);
  out.number(token.intent.campaign);
  out.text(token.intent.occurrence == "1" ? "" : token.intent.occurrence);
  out.text(token.intent.channel == "page" ? "" : token.intent.channel);
  const std::optional<Mac> signature = mac(token.key_id, bytes);
  if (!signature) throw std::invalid_argument("there is no such key to sign tokens with");
  for (const std::uint8_t byte : *signature) out.byte(byte);
  return to_base64url(bytes);
}

boost::system::result<ClickToken> read_token(std::string_view text, const MacFunction& mac, Instant now) {
  if (text.size() > longest_token) return TokenError::bad;
  const std::optional<std::string> bytes = from_base64url(text);
  if (!bytes || bytes->size() <= std::tuple_size_v<Mac>) return TokenError::bad;
  const std::string_view all = *bytes;
  const std::string_view body = all.substr(0, all.size() - std::tuple_size_v<Mac>);
  const std::optional<Mac> expected = mac(static_cast<std::uint8_t>(body[0]), body);
  if (!expected || !same(*expected, all.substr(body.size()))) return TokenError::bad;

  delivery::ByteReader in(body);
  ClickToken token;
  token.key_id = static_cast<std::uint8_t>(in.byte());
  token.expires = Instant(std::chrono::seconds(in.fixed(4)));
  std::string packed;
  for (std::size_t i = 0; i < std::tuple_size_v<enterprise::Uscc::Packed>; ++i) packed.push_back(static_cast<char>(in.byte()));
  const auto uscc = enterprise::Uscc::unpack(packed);
  token.link = static_cast<std::uint16_t>(in.number(std::numeric_limits<std::uint16_t>::max()));
  token.intent.campaign = static_cast<delivery::CampaignNumber>(in.number(std::numeric_limits<delivery::CampaignNumber>::max()));
  const std::string_view occurrence = in.text(), channel = in.text();
  if (!in.good() || !in.at_end() || !uscc) return TokenError::bad;
  token.uscc = *uscc;
  if (!occurrence.empty()) token.intent.occurrence = occurrence;
  if (!channel.empty()) token.intent.channel = channel;
  if (now > token.expires) return TokenError::expired;
  return token;
}

}  // namespace zhida::page
