#pragma once

#include <cstddef>
#include <cstdint>

namespace zhida::cel {

// What a text may cost. A text beyond a limit is refused with a sentence that names the limit; an evaluation beyond one is an error value.
inline constexpr std::size_t most_text_bytes = 64 * 1024;
inline constexpr std::size_t most_nodes = 10'000;
inline constexpr std::uint16_t most_nesting = 100;
inline constexpr std::size_t most_list_elements = 2'000;
inline constexpr std::size_t most_pattern_bytes = 500;
inline constexpr std::size_t most_nested_macros = 8;
inline constexpr std::uint32_t most_steps = 200'000;  ///< bodies of macros run in one evaluation

}  // namespace zhida::cel
