#include "standalone/serve.hpp"

#include "node/process.hpp"
#include "platform/http/server.hpp"
#include "platform/process/directory_lock.hpp"
#include "platform/process/format_version.hpp"
#include "platform/process/redis_server.hpp"
#include "platform/runtime/kept_memory.hpp"
#include "standalone/system.hpp"

#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace zhida::standalone {
namespace {

namespace asio = boost::asio;

/// The migrations of a directory's format, oldest first. There has been one format so far.
const std::vector<process::Migration> migrations;

/// Runs the system from start to orderly stop.
class Server {
 public:
  Server(asio::io_context& context, const node::DataDirectory& directory, const ServeSettings& settings)
      : context_(context),
        directory_(directory),
        settings_(settings),
        journal_(STDERR_FILENO, node::level_named(settings.log_level)),
        process_(context, journal_) {}

  asio::awaitable<void> run() {
    try {
      start();
    } catch (const std::exception& error) {
      process_.fail(error.what());  // what has begun is stopped
    }
    std::function<asio::awaitable<void>()> release = [this] { return stop_redis(); };
    co_await process_.until_stopped(std::move(release));
  }

 private:
  void start() {
    node::Process::Door door = http::listen(context_.get_executor(), settings_.address, settings_.port);
    const std::uint16_t port = door.local_endpoint().port();
    redis::Servers servers = redis_servers();
    if (redis_server_) process_.spawn_connection(redis_server_->run());
    system_.emplace(context_.get_executor(), directory_, settings_, std::move(servers), journal_);
    system_->spawn(process_);
    process_.answer(std::move(door), system_->router(), http::bearer_keys(system_->keys()), system_->metrics());
    write_server(directory_, node::RunningServer{::getpid(), port});
  }

  redis::Servers redis_servers() {
    if (!settings_.redis.empty()) {
      auto servers = redis::Servers::parse(settings_.redis);
      if (servers.has_error()) throw std::runtime_error("--redis is neither redis://[[user]:password@]host:port nor redis+cluster://…");
      return std::move(*servers);
    }
    process::RedisServer::Options options;
    if (!settings_.redis_server.empty()) options.program = settings_.redis_server;
    redis_server_.emplace(
        context_.get_executor(), directory_.redis(),
        [this](std::string_view what) {
          journal_.info("redis.child", {{"what", what}});
        },
        options);
    return redis_server_->address();
  }

  asio::awaitable<void> stop_redis() {
    if (redis_server_) co_await redis_server_->stop();
  }

  asio::io_context& context_;
  const node::DataDirectory& directory_;
  const ServeSettings& settings_;
  observe::Log journal_;
  std::optional<process::RedisServer> redis_server_;
  std::optional<System> system_;
  node::Process process_;
};

}  // namespace

void serve_directory(const node::DataDirectory& directory, const ServeSettings& settings) {
  const node::DataDirectory absolute{std::filesystem::absolute(directory.path)};
  if (std::filesystem::exists(absolute.program_logs()))
    throw std::runtime_error(absolute.path.string() +
                             " holds a cluster, whose log is Kafka's: give the standalone system a directory of its own");
  const process::DirectoryLock lock(absolute.path);
  process::ensure_format(absolute.path, migrations);
  prepare(absolute);

  runtime::keep_freed_memory();
  asio::io_context context(1);
  Server server(context, absolute, settings);
  std::exception_ptr failure;
  asio::co_spawn(context, server.run(), [&failure](std::exception_ptr error) { failure = error; });
  context.run();
  std::error_code ignored;
  std::filesystem::remove(absolute.server(), ignored);
  if (failure) std::rethrow_exception(failure);
}

}  // namespace zhida::standalone
