#include "matching/engine/kernels.hpp"

namespace zhida::matching::engine {

namespace portable {
extern const Kernels table;
}
namespace avx2 {
extern const Kernels table;
}

KernelSets all_kernels() {
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt"))
    return {{&portable::table, &avx2::table}, 2};
#endif
  return {{&portable::table, nullptr}, 1};
}

const Kernels& kernels() {
  static const KernelSets sets = all_kernels();
  return *sets.sets[sets.count - 1];
}

}  // namespace zhida::matching::engine
