#include "domain/delivery/bytes.hpp"

#include <stdexcept>

namespace zhida::delivery {
namespace {

constexpr std::int64_t most = 100'000'000'000'000'000;  // times 16 still fits 64 bits

}  // namespace

void ByteWriter::amount(std::int64_t value) {
  if (value < 0 || value > most) throw std::out_of_range("an amount outside what a ledger can keep");
  unsigned zeros = 0;
  for (; value != 0 && value % 10 == 0 && zeros < 15; ++zeros) value /= 10;
  number(static_cast<std::uint64_t>(value) << 4 | zeros);
}

std::int64_t ByteReader::amount() {
  const std::uint64_t packed = number();
  auto value = static_cast<std::int64_t>(packed >> 4);
  const auto zeros = static_cast<unsigned>(packed & 15);
  const bool another_form = value == 0 ? zeros != 0 : value % 10 == 0 && zeros < 15;
  if (another_form) fail();
  for (unsigned i = 0; i < zeros && value <= most; ++i) value *= 10;
  if (value > most) fail();
  return good_ ? value : 0;
}

}  // namespace zhida::delivery
