#include "platform/process/reap.hpp"

#include "platform/process/pidfd.hpp"

#include <fmt/core.h>

#include <poll.h>
#include <signal.h>

#include <fstream>
#include <string>
#include <system_error>

namespace zhida::process {
namespace {

namespace fs = std::filesystem;

fs::path target_of(const std::string& link) {
  std::error_code error;
  fs::path target = fs::read_symlink(link, error);
  constexpr std::string_view deleted = " (deleted)";  // the program was upgraded while it ran
  const std::string text = target.string();
  if (text.ends_with(deleted)) target = text.substr(0, text.size() - deleted.size());
  return target;
}

bool is_ours(pid_t pid, const fs::path& program, const fs::path& directory) {
  std::error_code error;
  const fs::path wanted_program = fs::canonical(program, error);
  if (error) return false;
  const fs::path wanted_directory = fs::canonical(directory, error);
  if (error) return false;
  const std::string proc = fmt::format("/proc/{}/", pid);
  return target_of(proc + "exe") == wanted_program && target_of(proc + "cwd") == wanted_directory;
}

bool wait_for_end(int pidfd, std::chrono::milliseconds limit) {
  pollfd end{pidfd, POLLIN, 0};
  return ::poll(&end, 1, static_cast<int>(limit.count())) == 1;
}

}  // namespace

bool reap(const fs::path& pid_file, const fs::path& program, const fs::path& directory, std::chrono::milliseconds grace) {
  pid_t pid = 0;
  if (std::ifstream in(pid_file); !(in >> pid) || pid <= 1) pid = 0;
  bool ended = false;
  if (pid != 0) {
    // Opened before looking: what is looked at cannot then be another process of the same number.
    if (const int pidfd = open_pidfd(pid); pidfd >= 0) {
      if (is_ours(pid, program, directory) && signal_pidfd(pidfd, SIGTERM)) {
        if (!wait_for_end(pidfd, grace)) {
          signal_pidfd(pidfd, SIGKILL);
          wait_for_end(pidfd, std::chrono::seconds(10));
        }
        ended = true;
      }
      ::close(pidfd);
    }
  }
  std::error_code ignored;
  fs::remove(pid_file, ignored);
  return ended;
}

}  // namespace zhida::process
