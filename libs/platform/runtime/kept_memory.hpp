#pragma once

namespace zhida::runtime {

/// Keeps freed memory for reuse, up to 64 MiB: blocks of hundreds of kilobytes come and go with every batch, and pages that were given back
/// to the kernel are cleared anew each time. For the whole process.
void keep_freed_memory();

}  // namespace zhida::runtime
