#pragma once

#include <sys/mman.h>

#include <memory>
#include <new>
#include <stdexcept>

namespace zhida::gateway {

/// A value that a process and its children have in common.
template <class Value>
std::shared_ptr<Value> make_shared_memory() {
  void* const memory = ::mmap(nullptr, sizeof(Value), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("no shared memory");
  return std::shared_ptr<Value>(new (memory) Value, [](Value* value) { ::munmap(value, sizeof(Value)); });
}

}  // namespace zhida::gateway
