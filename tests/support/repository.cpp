// The only source compiled with its checkout's path, so that a compiler cache can serve all others to any checkout.

#include "support/repository.hpp"

namespace zhida::test {

std::filesystem::path repository() { return REPOSITORY_ROOT; }

std::filesystem::path build() { return BUILD_ROOT; }

}  // namespace zhida::test
