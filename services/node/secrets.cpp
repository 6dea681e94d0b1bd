#include "node/secrets.hpp"

#include "platform/auth/encoding.hpp"

#include <cstdint>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace zhida::node {

auth::Digest read_master_key(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + file.string());
  std::ostringstream content;
  content << stream.rdbuf();
  std::string text = content.str();
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  const auto bytes = auth::from_hex(text);
  auth::Digest key{};
  if (!bytes || bytes->size() != key.size()) throw std::runtime_error(file.string() + " is no key of 64 hexadecimal digits");
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>((*bytes)[i]);
  return key;
}

std::string link_key_of(const auth::Digest& master_key) {
  return auth::hkdf_sha256(auth::bytes_of(master_key), "", "zhida click links", 32);
}

std::string query_key_of(const auth::Digest& master_key) {
  return auth::hex(auth::hkdf_sha256(auth::bytes_of(master_key), "", "zhida queries between processes", 32));
}

}  // namespace zhida::node
