#include "platform/runtime/kept_memory.hpp"

#include <malloc.h>

namespace zhida::runtime {

void keep_freed_memory() {
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 64 << 20);
}

}  // namespace zhida::runtime
