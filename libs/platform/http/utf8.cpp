#include "platform/http/utf8.hpp"

#include <cstddef>

namespace zhida::http {

bool is_utf8(std::string_view text) {
  const auto byte = [text](std::size_t at) -> unsigned { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U; };
  const auto continues = [&](std::size_t at, unsigned from = 0x80, unsigned to = 0xBF) { return byte(at) >= from && byte(at) <= to; };
  for (std::size_t i = 0; i < text.size();) {
    const unsigned first = byte(i);
    if (first < 0x80) {
      i += 1;
    } else if (first >= 0xC2 && first <= 0xDF) {
      if (!continues(i + 1)) return false;
      i += 2;
    } else if (first >= 0xE0 && first <= 0xEF) {
      const unsigned from = first == 0xE0 ? 0xA0 : 0x80;
      const unsigned to = first == 0xED ? 0x9F : 0xBF;
      if (!continues(i + 1, from, to) || !continues(i + 2)) return false;
      i += 3;
    } else if (first >= 0xF0 && first <= 0xF4) {
      const unsigned from = first == 0xF0 ? 0x90 : 0x80;
      const unsigned to = first == 0xF4 ? 0x8F : 0xBF;
      if (!continues(i + 1, from, to) || !continues(i + 2) || !continues(i + 3)) return false;
      i += 4;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace zhida::http
