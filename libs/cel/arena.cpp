#include "cel/arena.hpp"

#include <algorithm>
#include <cstring>

namespace zhida::cel {

void* Arena::allocate(std::size_t bytes) {
  constexpr std::size_t alignment = alignof(std::max_align_t);
  constexpr std::size_t first_block = 1024;
  if (bytes > limit_) return nullptr;
  bytes = (bytes + alignment - 1) & ~(alignment - 1);
  if (blocks_.empty() || used_ + bytes > blocks_.back().size) {
    const std::size_t size = std::max(bytes, blocks_.empty() ? first_block : blocks_.back().size * 2);
    if (taken_ + bytes > limit_) return nullptr;
    blocks_.push_back({std::make_unique<std::byte[]>(size), size});
    used_ = 0;
  }
  if (taken_ + bytes > limit_) return nullptr;
  void* const result = blocks_.back().bytes.get() + used_;
  used_ += bytes;
  taken_ += bytes;
  return result;
}

std::string_view Arena::copy(std::string_view text) {
  if (text.empty()) return "";
  char* const to = static_cast<char*>(allocate(text.size()));
  if (!to) return {};
  std::memcpy(to, text.data(), text.size());
  return {to, text.size()};
}

void Arena::reset() noexcept {
  if (blocks_.size() > 1) blocks_.erase(blocks_.begin() + 1, blocks_.end());
  taken_ = used_ = 0;
}

}  // namespace zhida::cel
