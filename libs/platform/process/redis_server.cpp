#include "platform/process/redis_server.hpp"

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
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

namespace zhida::process {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto young = 10s;  // a child that dies sooner makes the next one wait longer

// clang-format off
constexpr std::array settings = {
    "--port", "0",
    "--unixsocket", "redis.sock",
    "--unixsocketperm", "700",
    "--dir", ".",
    "--daemonize", "no",
    "--logfile", "redis.log",
    "--loglevel", "notice",
    "--appendonly", "yes",
    "--appendfsync", "everysec",
    "--save", "",
    "--maxmemory-policy", "noeviction",
    "--hash-max-listpack-entries", "512",
    "--hash-max-listpack-value", "1024",
};
// clang-format on

[[noreturn]] void fail(const std::string& what) { throw std::system_error(errno, std::generic_category(), what); }

/// In the child, between fork and exec: only what is safe there.
[[noreturn]] void become(const char* program, char* const* arguments, int directory, pid_t parent) {
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
  if (::fchdir(directory) != 0) ::_exit(126);
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);  // Asio opens sockets without CLOEXEC; a child must not keep them open
  ::execv(program, arguments);
  ::_exit(127);
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) return fmt::format("was ended by signal {}", WTERMSIG(status));
  return fmt::format("ended with code {}", WEXITSTATUS(status));
}

}  // namespace

RedisServer::RedisServer(asio::any_io_executor executor, fs::path directory, Observer observer)
    : RedisServer(std::move(executor), std::move(directory), std::move(observer), Options()) {}

RedisServer::RedisServer(asio::any_io_executor executor, fs::path directory, Observer observer, Options options)
    : executor_(std::move(executor)), directory_(fs::absolute(directory)), observer_(std::move(observer)), options_(std::move(options)) {
  if (::access(options_.program.c_str(), X_OK) != 0)
    throw std::runtime_error(fmt::format("{} is not installed", options_.program.string()));
  fs::create_directories(directory_);
  if (reap(directory_ / "redis.pid", options_.program, directory_, options_.grace))
    observer_("ended a redis-server left over from an earlier run");
  directory_descriptor_ = ::open(directory_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (directory_descriptor_ < 0) fail(directory_.string());
}

RedisServer::~RedisServer() {
  if (pid_ != 0) {
    signal_pidfd(pidfd_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    forget_child();
  }
  ::close(directory_descriptor_);
}

redis::Address RedisServer::address() const {
  redis::Address address;
  address.socket = (directory_ / "redis.sock").string();
  if (address.socket.size() >= sizeof(sockaddr_un::sun_path))
    address.socket = fmt::format("/proc/self/fd/{}/redis.sock", directory_descriptor_);
  return address;
}

void RedisServer::start() {
  const std::string program = options_.program.string();
  std::vector<char*> arguments = {const_cast<char*>(program.c_str())};  // execv does not write to them
  for (const char* word : settings) arguments.push_back(const_cast<char*>(word));
  arguments.push_back(nullptr);

  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) fail("fork");
  if (child == 0) become(program.c_str(), arguments.data(), directory_descriptor_, parent);
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
  write_durably(directory_ / "redis.pid", std::to_string(child) + "\n");
  observer_(fmt::format("redis-server started (pid {})", child));
}

void RedisServer::forget_child() {
  ::close(std::exchange(pidfd_, -1));
  pid_ = 0;
  std::error_code ignored;
  fs::remove(directory_ / "redis.pid", ignored);
}

// True once the child has ended.
bool RedisServer::collect() {
  int status = 0;
  if (pid_ == 0) return true;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return false;
  observer_(fmt::format("redis-server (pid {}) {}", pid_, how_it_ended(status)));
  forget_child();
  return true;
}

asio::awaitable<void> RedisServer::run() {
  auto delay = options_.first_delay;
  while (!stopping_) {
    const auto started = std::chrono::steady_clock::now();
    start();
    asio::posix::stream_descriptor end(executor_, ::fcntl(pidfd_, F_DUPFD_CLOEXEC, 0));
    while (!collect()) co_await end.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
    if (stopping_) break;
    if (std::chrono::steady_clock::now() - started > young) delay = options_.first_delay;
    asio::steady_timer pause(executor_, delay);
    co_await pause.async_wait(asio::use_awaitable);
    delay = std::min(delay * 2, options_.longest_delay);
  }
}

asio::awaitable<void> RedisServer::stop() {
  stopping_ = true;
  if (collect()) co_return;
  signal_pidfd(pidfd_, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + options_.grace;
  asio::steady_timer pause(executor_);
  while (!collect()) {
    if (std::chrono::steady_clock::now() > deadline) signal_pidfd(pidfd_, SIGKILL);
    pause.expires_after(5ms);
    co_await pause.async_wait(asio::use_awaitable);
  }
}

}  // namespace zhida::process
