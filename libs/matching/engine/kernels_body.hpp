// The inner loops. Included by one source for each processor, which names the namespace ZHIDA_KERNELS; it must include nothing whose
// inline functions another source could share, or those would run instructions that a processor may lack.

#include "matching/engine/kernels.hpp"

#ifdef __AVX2__
#include <immintrin.h>
#endif

namespace zhida::matching::engine::ZHIDA_KERNELS {
namespace {

/// Half a mask; two of them make the mask of a block. Compilers turn it into the registers they have.
using Half = std::uint64_t __attribute__((vector_size(32)));

struct Wide {
  Half low, high;
};

[[gnu::always_inline]] inline Wide load(const Mask& mask) {
  const auto* const halves = reinterpret_cast<const Half*>(&mask);
  return {halves[0], halves[1]};
}
[[gnu::always_inline]] inline void store(Mask& mask, const Wide& value) {
  auto* const halves = reinterpret_cast<Half*>(&mask);
  halves[0] = value.low;
  halves[1] = value.high;
}
[[gnu::always_inline]] inline Wide operator&(const Wide& a, const Wide& b) { return {a.low & b.low, a.high & b.high}; }
[[gnu::always_inline]] inline Wide operator|(const Wide& a, const Wide& b) { return {a.low | b.low, a.high | b.high}; }
[[gnu::always_inline]] inline Wide operator~(const Wide& a) { return {~a.low, ~a.high}; }
[[gnu::always_inline]] inline Wide nothing() { return {Half{}, Half{}}; }
[[gnu::always_inline]] inline Wide everything() { return ~nothing(); }

[[gnu::always_inline]] inline Wide possible_of(const MaskView& masks, NarrowOperand operand) {
  return load(masks.possible[operand & (most_predicates - 1)]);
}
[[gnu::always_inline]] inline Wide unknown_of(const MaskView& masks, NarrowOperand operand) {
  return load(masks.unknown[operand >> predicate_bits]);
}

/// Eight bytes that are 0 or 1 as eight bits.
inline std::uint64_t packed(std::uint64_t bytes) { return (bytes * 0x0102040810204080U) >> 56U; }

void pack(const std::uint8_t* flags, Mask& result) {
  for (std::size_t word = 0; word < Mask::word_count; ++word) {
    std::uint64_t bits = 0;
#ifdef __AVX2__
    for (std::size_t half = 0; half < 2; ++half) {
      const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(flags + word * 64 + half * 32));
      const auto found = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_slli_epi16(bytes, 7)));
      bits |= static_cast<std::uint64_t>(found) << (half * 32);
    }
#else
    for (std::size_t byte = 0; byte < 8; ++byte) {
      std::uint64_t eight;
      __builtin_memcpy(&eight, flags + word * 64 + byte * 8, 8);
      bits |= packed(eight) << (byte * 8);
    }
#endif
    result.words[word] = bits;
  }
}

#ifdef __AVX2__

[[gnu::always_inline]] inline __m256i load_at(const void* values, std::size_t vector) {
  return _mm256_load_si256(reinterpret_cast<const __m256i*>(values) + vector);
}

void at_least_8(const std::int8_t* values, std::int8_t limit, Mask& result) {
  const __m256i limits = _mm256_set1_epi8(limit);
  for (std::size_t i = 0; i < block_size / 32; ++i) {
    const auto below = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpgt_epi8(limits, load_at(values, i))));
    reinterpret_cast<std::uint32_t*>(&result)[i] = ~below;
  }
}

void equals_8(const std::uint8_t* values, std::uint8_t value, Mask& result) {
  const __m256i wanted = _mm256_set1_epi8(static_cast<char>(value));
  for (std::size_t i = 0; i < block_size / 32; ++i)
    reinterpret_cast<std::uint32_t*>(&result)[i] =
        static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(wanted, load_at(values, i))));
}

void equals_16(const std::uint16_t* values, std::uint16_t value, Mask& result) {
  const __m256i wanted = _mm256_set1_epi16(static_cast<short>(value));
  for (std::size_t i = 0; i < block_size / 32; ++i) {
    const __m256i a = _mm256_cmpeq_epi16(wanted, load_at(values, i * 2)), b = _mm256_cmpeq_epi16(wanted, load_at(values, i * 2 + 1));
    const __m256i bytes = _mm256_permute4x64_epi64(_mm256_packs_epi16(a, b), 0xD8);
    reinterpret_cast<std::uint32_t*>(&result)[i] = static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
  }
}

void at_least_16(const std::int16_t* values, std::int16_t limit, Mask& result) {
  const __m256i limits = _mm256_set1_epi16(limit);
  for (std::size_t i = 0; i < block_size / 32; ++i) {
    const __m256i a = _mm256_cmpgt_epi16(limits, load_at(values, i * 2)), b = _mm256_cmpgt_epi16(limits, load_at(values, i * 2 + 1));
    const __m256i bytes = _mm256_permute4x64_epi64(_mm256_packs_epi16(a, b), 0xD8);
    reinterpret_cast<std::uint32_t*>(&result)[i] = ~static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
  }
}

void at_least_32(const std::int32_t* values, std::int32_t limit, Mask& result) {
  const __m256i limits = _mm256_set1_epi32(limit), order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  for (std::size_t i = 0; i < block_size / 32; ++i) {
    const __m256i a =
        _mm256_packs_epi32(_mm256_cmpgt_epi32(limits, load_at(values, i * 4)), _mm256_cmpgt_epi32(limits, load_at(values, i * 4 + 1)));
    const __m256i b =
        _mm256_packs_epi32(_mm256_cmpgt_epi32(limits, load_at(values, i * 4 + 2)), _mm256_cmpgt_epi32(limits, load_at(values, i * 4 + 3)));
    const __m256i bytes = _mm256_permutevar8x32_epi32(_mm256_packs_epi16(a, b), order);
    reinterpret_cast<std::uint32_t*>(&result)[i] = ~static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
  }
}

void at_least_64(const std::int64_t* values, std::int64_t limit, Mask& result) {
  const __m256i limits = _mm256_set1_epi64x(limit);
  for (std::size_t word = 0; word < Mask::word_count; ++word) {
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < 16; ++i) {
      const __m256i less = _mm256_cmpgt_epi64(limits, load_at(values, word * 16 + i));
      below |= static_cast<std::uint64_t>(_mm256_movemask_pd(_mm256_castsi256_pd(less))) << (i * 4);
    }
    result.words[word] = ~below;
  }
}

#else

template <class T>
void at_least(const T* values, T limit, Mask& result) {
  std::uint8_t flags[block_size];
  for (std::size_t i = 0; i < block_size; ++i) flags[i] = values[i] >= limit;
  pack(flags, result);
}
template <class T>
void equals(const T* values, T value, Mask& result) {
  std::uint8_t flags[block_size];
  for (std::size_t i = 0; i < block_size; ++i) flags[i] = values[i] == value;
  pack(flags, result);
}
void equals_8(const std::uint8_t* values, std::uint8_t value, Mask& result) { equals(values, value, result); }
void equals_16(const std::uint16_t* values, std::uint16_t value, Mask& result) { equals(values, value, result); }
void at_least_8(const std::int8_t* values, std::int8_t limit, Mask& result) { at_least(values, limit, result); }
void at_least_16(const std::int16_t* values, std::int16_t limit, Mask& result) { at_least(values, limit, result); }
void at_least_32(const std::int32_t* values, std::int32_t limit, Mask& result) { at_least(values, limit, result); }
void at_least_64(const std::int64_t* values, std::int64_t limit, Mask& result) { at_least(values, limit, result); }

#endif

void ranges(const RangeStep* steps, std::size_t size, const Mask* bounds, const Mask* unknown, Mask* possible) {
  for (const RangeStep* step = steps; step != steps + size; ++step)
    store(possible[step->predicate], (load(bounds[step->from]) & ~load(bounds[step->below])) | load(unknown[step->unknown]));
}

[[gnu::always_inline]] inline Wide any_word(const JoinedStep& step, const std::uint32_t* atoms, const Mask* words, Wide found) {
  for (std::uint32_t i = 0; i < step.count; ++i) found = found | load(words[atoms[step.first + i]]);
  return found;
}
void any(const JoinedStep* steps, std::size_t size, const std::uint32_t* atoms, const Mask* words, const Mask* unknown, Mask* possible) {
  for (const JoinedStep* step = steps; step != steps + size; ++step)
    store(possible[step->predicate], any_word(*step, atoms, words, load(unknown[step->unknown])));
}
void none(const JoinedStep* steps, std::size_t size, const std::uint32_t* atoms, const Mask* words, Mask* possible) {
  for (const JoinedStep* step = steps; step != steps + size; ++step)
    store(possible[step->predicate], ~any_word(*step, atoms, words, nothing()));
}

/// What is known of a conjunction so far. `near`: exactly one operand was false and the others are true.
struct State {
  Wide definite, possible, near;
};

template <bool with_near>
[[gnu::always_inline]] inline void join(State& state, const Wide& definite, const Wide& possible, const Wide& near) {
  if constexpr (with_near) state.near = (state.near & definite) | (state.definite & near);
  state.definite = state.definite & definite;
  state.possible = state.possible & possible;
}

template <bool with_near>
[[gnu::always_inline]] inline void join_operand(State& state, const MaskView& masks, NarrowOperand operand) {
  const Wide possible = possible_of(masks, operand);
  join<with_near>(state, possible & ~unknown_of(masks, operand), possible, ~possible);
}

/// `any` terms of a rule, after its singles.
template <bool with_near>
[[gnu::always_inline]] inline void join_terms(State& state, const MaskView& masks, const RuleRun& run, const NarrowOperand* operand) {
  const std::uint8_t* term = run.terms;
  for (std::size_t i = 0; i < run.term_count; ++i) {
    State any{nothing(), nothing(), nothing()};
    for (std::uint8_t groups = *term++; groups > 0; --groups) {
      State group{everything(), everything(), nothing()};
      for (std::uint8_t size = *term++; size > 0; --size) join_operand<with_near>(group, masks, *operand++);
      any.definite = any.definite | group.definite;
      any.possible = any.possible | group.possible;
      any.near = any.near | group.near;
    }
    // One condition short of a disjunction: it is false, and some branch is one condition short.
    join<with_near>(state, any.definite, any.possible, with_near ? any.near & ~any.possible : nothing());
  }
}

[[gnu::always_inline]] inline void prefetch(const MaskView& masks, const NarrowOperand* operands, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) __builtin_prefetch(&masks.possible[operands[i] & (most_predicates - 1)]);
}

constexpr std::size_t rules_ahead = 4;

/// Singles only decide the definite rail by where none of their attributes is missing: one operation less for each.
template <std::uint32_t singles>
void plain_rules(const MaskView& masks, const RuleRun& run, Rails* rails) {
  const NarrowOperand* operand = run.operands;
  const Wide present = load(masks.present);
  const std::uint32_t stride = singles + (run.stride - run.singles);
  for (std::size_t rule = 0; rule < run.rules; ++rule, operand += stride) {
    prefetch(masks, operand + rules_ahead * stride, singles);
    Wide possible = present, unknown = nothing();
    for (std::uint32_t i = 0; i < singles; ++i) {
      possible = possible & possible_of(masks, operand[i]);
      unknown = unknown | unknown_of(masks, operand[i]);
    }
    State state{possible & ~unknown, possible, nothing()};
    if (run.term_count > 0) join_terms<false>(state, masks, run, operand + singles);
    store(rails[rule].definite, state.definite);
    store(rails[rule].possible, state.possible);
  }
}

template <bool with_near>
void any_rules(const MaskView& masks, const RuleRun& run, Rails* rails, Mask* near) {
  const NarrowOperand* operand = run.operands;
  const Wide present = load(masks.present);
  for (std::size_t rule = 0; rule < run.rules; ++rule, operand += run.stride) {
    prefetch(masks, operand + run.stride * rules_ahead, run.stride);
    State state{present, present, nothing()};
    for (std::uint32_t i = 0; i < run.singles; ++i) join_operand<with_near>(state, masks, operand[i]);
    join_terms<with_near>(state, masks, run, operand + run.singles);
    store(rails[rule].definite, state.definite);
    store(rails[rule].possible, state.possible);
    if constexpr (with_near) store(near[rule], state.near);
  }
}

void rules(const MaskView& masks, const RuleRun& run, Rails* rails) {
  switch (run.singles) {
    case 1:
      return plain_rules<1>(masks, run, rails);
    case 2:
      return plain_rules<2>(masks, run, rails);
    case 3:
      return plain_rules<3>(masks, run, rails);
    case 4:
      return plain_rules<4>(masks, run, rails);
    case 5:
      return plain_rules<5>(masks, run, rails);
    case 6:
      return plain_rules<6>(masks, run, rails);
    case 7:
      return plain_rules<7>(masks, run, rails);
    case 8:
      return plain_rules<8>(masks, run, rails);
    default:
      return any_rules<false>(masks, run, rails, nullptr);
  }
}

void rules_near(const MaskView& masks, const RuleRun& run, Rails* rails, Mask* near) { any_rules<true>(masks, run, rails, near); }

/// `any` terms over kept masks; `definite` and `possible` have what the singles came to.
template <bool with_possible>
[[gnu::always_inline]] inline void join_kept_terms(const KeptRun& run, std::size_t block, Wide& definite, Wide& possible) {
  const std::uint8_t* term = run.terms;
  std::uint32_t operand = run.singles;
  for (std::size_t i = 0; i < run.term_count; ++i) {
    Wide any_definite = nothing(), any_possible = nothing();
    for (std::uint8_t groups = *term++; groups > 0; --groups) {
      Wide all_definite = everything(), all_possible = everything();
      for (std::uint8_t size = *term++; size > 0; --size, ++operand) {
        const Wide one = load(run.definite[operand][block]);
        all_definite = all_definite & one;
        if constexpr (with_possible) all_possible = all_possible & (one | load(run.unknown[operand][block]));
      }
      any_definite = any_definite | all_definite;
      if constexpr (with_possible) any_possible = any_possible | all_possible;
    }
    definite = definite & any_definite;
    if constexpr (with_possible) possible = possible & any_possible;
  }
}

void kept(const KeptRun& run, std::size_t first, std::size_t blocks, Rails* rails) {
  for (std::size_t i = 0; i < blocks; ++i) {
    Wide definite = load(run.present[first + i]), possible = definite;
    for (std::uint32_t operand = 0; operand < run.singles; ++operand) {
      const Wide one = load(run.definite[operand][first + i]);
      definite = definite & one;
      possible = possible & (one | load(run.unknown[operand][first + i]));
    }
    if (run.term_count > 0) join_kept_terms<true>(run, first + i, definite, possible);
    store(rails[i].definite, definite);
    store(rails[i].possible, possible);
  }
}

void kept_definite(const KeptRun& run, std::size_t first, std::size_t blocks, Mask* result) {
  for (std::size_t i = 0; i < blocks; ++i) {
    Wide definite = load(run.present[first + i]), unused = definite;
    for (std::uint32_t operand = 0; operand < run.singles; ++operand) definite = definite & load(run.definite[operand][first + i]);
    if (run.term_count > 0) join_kept_terms<false>(run, first + i, definite, unused);
    store(result[i], definite);
  }
}

void count(const Rails* rails, std::size_t rules, std::uint32_t* eligible, std::uint32_t* undecided) {
  for (std::size_t rule = 0; rule < rules; ++rule) {
    std::uint32_t definite = 0, possible = 0;
    for (std::size_t i = 0; i < Mask::word_count; ++i) {
      definite += static_cast<std::uint32_t>(__builtin_popcountll(rails[rule].definite.words[i]));
      possible += static_cast<std::uint32_t>(__builtin_popcountll(rails[rule].possible.words[i]));
    }
    eligible[rule] += definite;
    undecided[rule] += possible - definite;
  }
}

std::uint64_t count_masks(const Mask* masks, std::size_t size) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < size; ++i)
    for (const std::uint64_t word : masks[i].words) sum += static_cast<std::uint64_t>(__builtin_popcountll(word));
  return sum;
}

std::size_t emit(const Mask& mask, std::uint32_t base, std::uint32_t* to) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < Mask::word_count; ++i)
    for (std::uint64_t word = mask.words[i]; word != 0; word &= word - 1)
      to[found++] = base + static_cast<std::uint32_t>(i * 64) + static_cast<std::uint32_t>(__builtin_ctzll(word));
  return found;
}

void and_row(std::uint64_t* to, const std::uint64_t* row, std::size_t words) {
  for (std::size_t i = 0; i < words; ++i) to[i] &= row[i];
}
void or_row(std::uint64_t* to, const std::uint64_t* row, std::size_t words) {
  for (std::size_t i = 0; i < words; ++i) to[i] |= row[i];
}
void and_not_row(std::uint64_t* to, const std::uint64_t* row, std::size_t words) {
  for (std::size_t i = 0; i < words; ++i) to[i] &= ~row[i];
}

}  // namespace

extern const Kernels table;
const Kernels table{
    ZHIDA_KERNELS_NAME, at_least_8, at_least_16,   at_least_32, at_least_64, equals_8, equals_16, pack,   ranges,     any, none, rules,
    rules_near,         kept,       kept_definite, count,       count_masks, emit,     and_row,   or_row, and_not_row};

}  // namespace zhida::matching::engine::ZHIDA_KERNELS
