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
inline constexpr int most_pattern_steps = 2'000;  ///< instructions of a compiled pattern, so that repeats of repeats stay cheap
inline constexpr std::size_t most_patterns = 100;
inline constexpr std::size_t most_nested_macros = 8;
/// Work of one evaluation: operations done in the bodies of macros, elements and every 32 bytes that an operation has to look at.
inline constexpr std::uint64_t most_steps = 1'000'000;
inline constexpr std::size_t most_visits = 1'000'000;  ///< of the checker to nodes, some of which it has to visit again

}  // namespace zhida::cel
