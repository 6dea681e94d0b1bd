#include "platform/redis/address.hpp"

#include <boost/system/errc.hpp>

#include <charconv>

namespace zhida::redis {
namespace {

using boost::system::result;

boost::system::error_code invalid() { return boost::system::errc::make_error_code(boost::system::errc::invalid_argument); }

bool read_port(std::string_view text, std::uint16_t& port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port != 0;
}

result<Address> host_and_port(std::string_view text, Address address) {
  // An IPv6 address stands in brackets, so that its colons are not taken for the port's.
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return invalid();
    address.host = text.substr(1, close - 1);
    rest = text.substr(close + 1);
  } else {
    const std::size_t colon = text.find(':');
    address.host = text.substr(0, colon);
    rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
  }
  if (address.host.empty() || address.host.find('/') != std::string::npos) return invalid();
  if (rest.empty()) return address;
  if (!rest.starts_with(':') || !read_port(rest.substr(1), address.port)) return invalid();
  return address;
}

}  // namespace

result<Address> Address::parse(std::string_view text) {
  Address address;
  if (text.starts_with("unix:")) {
    text.remove_prefix(5);
    if (text.starts_with("//")) text.remove_prefix(2);
    if (!text.starts_with('/')) return invalid();
  }
  if (text.starts_with('/')) {
    address.socket = text;
    return address;
  }
  if (!text.starts_with("redis://")) return host_and_port(text, std::move(address));
  text.remove_prefix(8);
  if (text.ends_with('/')) text.remove_suffix(1);
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    const std::string_view who = text.substr(0, at);
    const std::size_t colon = who.find(':');
    if (colon == std::string_view::npos) return invalid();
    address.user = who.substr(0, colon);
    address.password = who.substr(colon + 1);
    text.remove_prefix(at + 1);
  }
  return host_and_port(text, std::move(address));
}

}  // namespace zhida::redis
