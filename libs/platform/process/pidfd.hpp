#pragma once

#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

namespace zhida::process {

/// A descriptor of the process itself, not of its number, which may be given to another; readable when it has ended.
/// Negative when there is no such process.
inline int open_pidfd(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)); }

inline bool signal_pidfd(int pidfd, int signal) { return ::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0U) == 0; }

}  // namespace zhida::process
