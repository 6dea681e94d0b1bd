#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace zhida::cel {

/// Bump allocator for what an evaluation or a syntax tree makes: strings and lists that live as long as the arena.
/// Allocates nothing until it is first used; memory is taken back by `reset` or the destructor only.
class Arena {
 public:
  /// `limit` in bytes bounds what one evaluation may make.
  explicit Arena(std::size_t limit = std::size_t{1} << 20) noexcept : limit_(limit) {}
  Arena(Arena&&) noexcept = default;
  Arena& operator=(Arena&&) noexcept = default;

  /// `bytes` aligned for any value of the language; nullptr once the limit is reached.
  void* allocate(std::size_t bytes);

  /// A copy of `text` that lives as long as the arena; a view with a null pointer once the limit is reached.
  std::string_view copy(std::string_view text);

  /// Forgets everything, keeps the first block for the next evaluation.
  void reset() noexcept;

 private:
  struct Block {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size;
  };
  std::size_t limit_;
  std::size_t taken_ = 0;
  std::size_t used_ = 0;
  std::vector<Block> blocks_;
};

}  // namespace zhida::cel
