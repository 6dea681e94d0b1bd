#define ZHIDA_KERNELS portable
#define ZHIDA_KERNELS_NAME "portable"
#include "matching/engine/kernels_body.hpp"
