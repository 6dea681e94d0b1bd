#include "platform/process/directory_lock.hpp"

#include <fmt/core.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace zhida::process {
namespace {

[[noreturn]] void fail(int file, const std::filesystem::path& path) {
  const int error = errno;
  if (file >= 0) ::close(file);
  throw std::system_error(error, std::generic_category(), path.string());
}

std::string holder(int file) {
  char text[32] = {};
  const ssize_t length = ::pread(file, text, sizeof text - 1, 0);
  std::string pid(text, length > 0 ? static_cast<std::size_t>(length) : 0);
  while (!pid.empty() && pid.back() == '\n') pid.pop_back();
  return pid.empty() ? "unknown" : pid;
}

}  // namespace

DirectoryLock::DirectoryLock(const std::filesystem::path& directory) : file_(-1) {
  std::filesystem::create_directories(directory);
  const std::filesystem::path path = directory / "lock";
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0) fail(file_, path);
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) fail(file_, path);
    const std::string pid = holder(file_);
    ::close(file_);
    throw DirectoryInUse(fmt::format("{} is in use by another zhida (pid {})", directory.string(), pid));
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(file_, 0) != 0 || ::pwrite(file_, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) fail(file_, path);
}

DirectoryLock::~DirectoryLock() { ::close(file_); }

}  // namespace zhida::process
