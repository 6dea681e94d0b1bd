#ifdef __x86_64__
#define ZHIDA_KERNELS avx2
#define ZHIDA_KERNELS_NAME "avx2"
#include "matching/engine/kernels_body.hpp"
#endif
