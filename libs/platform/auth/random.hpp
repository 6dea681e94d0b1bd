#pragma once

#include "platform/auth/digest.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace zhida::auth {

/// Cryptographic randomness. Throws `std::runtime_error` if the system has none.
std::string random_bytes(std::size_t count);
Digest random_key();

/// The same, drawn from the system in bulk: for whoever needs a little of it very often. Every byte is handed out once and wiped at once.
class RandomBuffer {
 public:
  RandomBuffer() = default;
  ~RandomBuffer();
  RandomBuffer(const RandomBuffer&) = delete;
  RandomBuffer& operator=(const RandomBuffer&) = delete;

  void fill(std::span<unsigned char> out);
  Digest key();

 private:
  static constexpr std::size_t room = 2048;

  std::vector<unsigned char> bytes_;  // made when it is first used
  std::size_t used_ = 0;
};

}  // namespace zhida::auth
