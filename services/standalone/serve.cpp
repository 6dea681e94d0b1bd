#include "standalone/serve.hpp"

#include "platform/http/server.hpp"
#include "platform/process/directory_lock.hpp"
#include "platform/process/format_version.hpp"
#include "platform/process/redis_server.hpp"
#include "platform/runtime/task_group.hpp"
#include "standalone/system.hpp"

#include <unistd.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace zhida::standalone {
namespace {

namespace asio = boost::asio;

// Together below the ten seconds in which a stop has to be done.
constexpr std::chrono::milliseconds session_grace{3'000};
constexpr std::chrono::milliseconds work_grace{3'000};

observe::Level level_named(std::string_view name) {
  if (name == "debug") return observe::Level::debug;
  if (name == "warning") return observe::Level::warning;
  if (name == "error") return observe::Level::error;
  return observe::Level::info;
}

/// The migrations of a directory's format, oldest first. There has been one format so far.
const std::vector<process::Migration> migrations;

/// Runs the system from start to orderly stop.
class Server {
 public:
  Server(asio::io_context& context, const DataDirectory& directory, const ServeSettings& settings)
      : context_(context),
        directory_(directory),
        settings_(settings),
        journal_(STDERR_FILENO, level_named(settings.log_level)),
        report_([this](std::string_view reason) {
          journal_.error("task.failed", {{"reason", reason}});
        }),
        connections_(context.get_executor(), report_),
        work_(context.get_executor(), [this](std::string_view reason) { fail(reason); }),
        sessions_(context.get_executor(), report_),
        stop_signals_(context, SIGINT, SIGTERM) {}

  asio::awaitable<void> run() {
    redis::Servers servers = redis_servers();
    if (redis_server_) connections_.spawn(redis_server_->run());
    system_.emplace(context_.get_executor(), directory_, settings_, std::move(servers), journal_);
    system_->spawn_connections(connections_);
    system_->spawn_work(work_);

    auto acceptor = http::listen(context_.get_executor(), settings_.address, settings_.port);
    const std::uint16_t port = acceptor.local_endpoint().port();
    http::ServerOptions options;
    options.authorise = http::bearer_keys(system_->keys());
    options.log = &journal_;
    options.metrics = &system_->metrics();
    sessions_.spawn(http::serve(std::move(acceptor), system_->router(), std::move(options), sessions_));
    write_server(directory_, RunningServer{::getpid(), port});
    journal_.info("server.started", {{"port", port}});

    const auto [error, signal] = co_await stop_signals_.async_wait(asio::as_tuple(asio::use_awaitable));
    journal_.info("server.stopping", {{"signal", error ? 0 : signal}});
    co_await stop();
    journal_.info("server.stopped");
    if (!failure_.empty()) throw std::runtime_error(failure_);
  }

 private:
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

  /// A fold or service ended by itself: nothing can be relied on any more, so the process ends and says why.
  void fail(std::string_view reason) {
    failure_ = reason;
    journal_.error("service.failed", {{"reason", reason}});
    stop_signals_.cancel();
  }

  asio::awaitable<void> stop() {
    co_await runtime::drain(sessions_, session_grace);
    co_await runtime::drain(work_, work_grace);
    if (redis_server_) co_await redis_server_->stop();
    connections_.stop(asio::cancellation_type::terminal);
    co_await connections_.join();
  }

  asio::io_context& context_;
  const DataDirectory& directory_;
  const ServeSettings& settings_;
  observe::Log journal_;
  runtime::TaskGroup::FailureHandler report_;
  runtime::TaskGroup connections_;
  runtime::TaskGroup work_;
  runtime::TaskGroup sessions_;
  asio::signal_set stop_signals_;
  std::optional<process::RedisServer> redis_server_;
  std::optional<System> system_;
  std::string failure_;
};

}  // namespace

void serve_directory(const DataDirectory& directory, const ServeSettings& settings) {
  const DataDirectory absolute{std::filesystem::absolute(directory.path)};
  const process::DirectoryLock lock(absolute.path);
  process::ensure_format(absolute.path, migrations);
  prepare(absolute);

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
