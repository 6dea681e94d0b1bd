#pragma once

#include <filesystem>
#include <stdexcept>

namespace zhida::process {

/// Another process holds the directory; `what()` is a sentence that names its pid.
class DirectoryInUse : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Keeps a second process out of a directory, for the life of the object and of the process.
///
/// Holds an flock on `DIR/lock`, which also contains the pid for people to read; the system drops
/// the lock when the process ends, however it ends, so the file may stay.
class DirectoryLock {
 public:
  /// Makes the directory if it is missing. Throws DirectoryInUse, or std::system_error.
  explicit DirectoryLock(const std::filesystem::path& directory);
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  int file_;
};

}  // namespace zhida::process
