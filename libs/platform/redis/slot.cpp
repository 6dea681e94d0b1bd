#include "platform/redis/slot.hpp"

#include <array>
#include <cstddef>

namespace zhida::redis {
namespace {

constexpr std::array<std::uint16_t, 256> crc_table = [] {
  std::array<std::uint16_t, 256> table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte) {
    unsigned crc = static_cast<unsigned>(byte) << 8U;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000U) != 0 ? (crc << 1U) ^ 0x1021U : crc << 1U;
    table[byte] = static_cast<std::uint16_t>(crc);
  }
  return table;
}();

}  // namespace

std::string_view hash_tag(std::string_view key) {
  const std::size_t open = key.find('{');
  if (open == std::string_view::npos) return key;
  const std::size_t close = key.find('}', open + 1);
  if (close == std::string_view::npos || close == open + 1) return key;
  return key.substr(open + 1, close - open - 1);
}

Slot slot_of(std::string_view key) {
  unsigned crc = 0;
  for (const char byte : hash_tag(key)) crc = ((crc << 8U) ^ crc_table[((crc >> 8U) ^ static_cast<unsigned char>(byte)) & 0xFFU]) & 0xFFFFU;
  return static_cast<Slot>(crc % slots);
}

}  // namespace zhida::redis
