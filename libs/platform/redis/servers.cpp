#include "platform/redis/servers.hpp"

#include <boost/system/errc.hpp>

#include <string>
#include <utility>

namespace zhida::redis {

using boost::system::result;

result<Servers> Servers::parse(std::string_view text) {
  constexpr std::string_view scheme = "redis+cluster://";
  Servers servers;
  if (!text.starts_with(scheme)) {
    result<Address> address = Address::parse(text);
    if (!address) return address.error();
    servers.addresses.push_back(std::move(*address));
    return servers;
  }
  servers.cluster = true;
  text.remove_prefix(scheme.size());
  if (text.ends_with('/')) text.remove_suffix(1);
  std::string before = "redis://";
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    before += text.substr(0, at + 1);
    text.remove_prefix(at + 1);
  }
  for (;;) {
    const std::size_t comma = text.find(',');
    result<Address> address = Address::parse(before + std::string(text.substr(0, comma)));
    if (!address) return address.error();
    servers.addresses.push_back(std::move(*address));
    if (comma == std::string_view::npos) return servers;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace zhida::redis
