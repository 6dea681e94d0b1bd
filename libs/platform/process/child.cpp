#include "platform/process/child.hpp"

#include "platform/process/durable_file.hpp"
#include "platform/process/pidfd.hpp"
#include "platform/process/reap.hpp"

#include <fmt/core.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace zhida::process {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto young = 10s;  // a child that dies sooner makes the next one wait longer

[[noreturn]] void fail(const std::string& what) { throw std::system_error(errno, std::generic_category(), what); }

/// What execve takes; made before the fork, since a child may not allocate.
class Words {
 public:
  explicit Words(std::vector<std::string> words) : words_(std::move(words)) {
    for (std::string& word : words_) pointers_.push_back(word.data());
    pointers_.push_back(nullptr);
  }
  char* const* get() const { return pointers_.data(); }

 private:
  std::vector<std::string> words_;
  std::vector<char*> pointers_;
};

std::vector<std::string> environment_with(const std::vector<std::pair<std::string, std::string>>& added) {
  std::vector<std::string> all;
  for (char* const* entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const bool replaced = std::ranges::any_of(added, [text](const auto& each) {
      return text.size() > each.first.size() && text.starts_with(each.first) && text[each.first.size()] == '=';
    });
    if (!replaced) all.emplace_back(text);
  }
  for (const auto& [name, value] : added) all.push_back(name + "=" + value);
  return all;
}

/// In the child, between fork and exec: only what is safe there.
[[noreturn]] void become(const char* program, char* const* arguments, char* const* environment, int directory, const char* output,
                         pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(126);  // it died before prctl
  ::setpgid(0, 0);                          // Ctrl-C is for the parent, which stops this one in its turn
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGXFSZ, SIG_DFL);
  if (const int null = ::open("/dev/null", O_RDWR); null >= 0) {
    ::dup2(null, 0);
    ::dup2(null, 1);
  }
  if (const int out = *output != '\0' ? ::open(output, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1; out >= 0) {
    ::dup2(out, 1);
    ::dup2(out, 2);
  }
  if (::fchdir(directory) != 0) ::_exit(126);
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);  // Asio opens sockets without CLOEXEC; a child must not keep them open
  ::execve(program, arguments, environment);
  ::_exit(127);
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) return fmt::format("was ended by signal {}", WTERMSIG(status));
  return fmt::format("ended with code {}", WEXITSTATUS(status));
}

}  // namespace

Child::Child(asio::any_io_executor executor, Settings settings, Observer observer)
    : executor_(std::move(executor)), settings_(std::move(settings)), observer_(std::move(observer)) {
  settings_.directory = fs::absolute(settings_.directory);
  if (!settings_.output.empty()) settings_.output = fs::absolute(settings_.output);
  if (::access(settings_.program.c_str(), X_OK) != 0)
    throw std::runtime_error(fmt::format("{} is not installed", settings_.program.string()));
  fs::create_directories(settings_.directory);
  if (reap(pid_file(), settings_.program, settings_.directory, settings_.grace))
    observer_(fmt::format("ended a {} left over from an earlier run", settings_.name));
  directory_descriptor_ = ::open(settings_.directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (directory_descriptor_ < 0) fail(settings_.directory.string());
}

Child::~Child() {
  if (pid_ != 0) {
    signal_pidfd(pidfd_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    forget();
  }
  ::close(directory_descriptor_);
}

void Child::start() {
  std::vector<std::string> words = {settings_.program.string()};
  words.insert(words.end(), settings_.arguments.begin(), settings_.arguments.end());
  const Words arguments(std::move(words));
  const Words environment(environment_with(settings_.environment));
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) fail("fork");
  if (child == 0)
    become(settings_.program.c_str(), arguments.get(), environment.get(), directory_descriptor_, settings_.output.c_str(), parent);
  pid_ = child;
  ++starts_;
  pidfd_ = open_pidfd(child);
  if (pidfd_ < 0) {
    const int error = errno;
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    pid_ = 0;
    errno = error;
    fail("pidfd_open");
  }
  write_durably(pid_file(), std::to_string(child) + "\n");
  observer_(fmt::format("{} started (pid {})", settings_.name, child));
}

void Child::forget() {
  ::close(std::exchange(pidfd_, -1));
  pid_ = 0;
  std::error_code ignored;
  fs::remove(pid_file(), ignored);
}

// True once the child has ended.
bool Child::collect() {
  int status = 0;
  if (pid_ == 0) return true;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return false;
  observer_(fmt::format("{} (pid {}) {}", settings_.name, pid_, how_it_ended(status)));
  forget();
  return true;
}

asio::awaitable<void> Child::run() {
  auto delay = settings_.first_delay;
  while (!stopping_) {
    const auto started = std::chrono::steady_clock::now();
    start();
    asio::posix::stream_descriptor end(executor_, ::fcntl(pidfd_, F_DUPFD_CLOEXEC, 0));
    while (!collect()) co_await end.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
    if (stopping_) break;
    if (std::chrono::steady_clock::now() - started > young) delay = settings_.first_delay;
    asio::steady_timer pause(executor_, delay);
    co_await pause.async_wait(asio::use_awaitable);
    delay = std::min(delay * 2, settings_.longest_delay);
  }
}

void Child::ask_to_stop() {
  stopping_ = true;
  if (pid_ != 0) signal_pidfd(pidfd_, SIGTERM);
}

asio::awaitable<void> Child::stop() {
  ask_to_stop();
  if (collect()) co_return;
  const auto deadline = std::chrono::steady_clock::now() + settings_.grace;
  asio::steady_timer pause(executor_);
  while (!collect()) {
    if (std::chrono::steady_clock::now() > deadline) signal_pidfd(pidfd_, SIGKILL);
    pause.expires_after(5ms);
    co_await pause.async_wait(asio::use_awaitable);
  }
}

}  // namespace zhida::process
