#include "platform/process/durable_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace zhida::process {
namespace {

class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags) : file_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {
    check(file_ >= 0, path);
  }
  ~Descriptor() { ::close(file_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return file_; }

  static void check(bool good, const std::filesystem::path& path) {
    if (!good) throw std::system_error(errno, std::generic_category(), path.string());
  }

 private:
  int file_;
};

}  // namespace

void write_durably(const std::filesystem::path& file, std::string_view content) {
  std::filesystem::path fresh = file;
  fresh += ".new";
  {
    const Descriptor out(fresh, O_WRONLY | O_CREAT | O_TRUNC);
    while (!content.empty()) {
      const ssize_t written = ::write(out.get(), content.data(), content.size());
      if (written < 0 && errno == EINTR) continue;
      Descriptor::check(written > 0, fresh);
      content.remove_prefix(static_cast<std::size_t>(written));
    }
    Descriptor::check(::fsync(out.get()) == 0, fresh);
  }
  Descriptor::check(std::rename(fresh.c_str(), file.c_str()) == 0, file);
  const std::filesystem::path parent = file.has_parent_path() ? file.parent_path() : ".";
  const Descriptor directory(parent, O_RDONLY | O_DIRECTORY);
  Descriptor::check(::fsync(directory.get()) == 0, parent);
}

}  // namespace zhida::process
