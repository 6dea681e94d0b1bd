#include "support/standalone.hpp"

#include "support/repository.hpp"
#include "support/temporary_directory.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cerrno>
#include <csignal>
#include <exception>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace zhida::test {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

/// Starts a program of the build; its output is added to `output_file` or written to it anew, and so are its errors.
pid_t spawn(const std::string& name, const std::vector<std::string>& arguments, const std::string& output_file,
            const std::string& errors_file, bool append) {
  std::string program = (build() / "services" / name).string();
  std::vector<char*> argv{program.data()};
  std::vector<std::string> owned = arguments;
  for (std::string& argument : owned) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const int flags = O_CLOEXEC | O_CREAT | O_WRONLY | (append ? O_APPEND : O_TRUNC);
  const pid_t pid = ::fork();
  if (pid < 0) throw std::system_error(errno, std::generic_category(), program);
  if (pid > 0) return pid;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that aborts leaves nothing running
  const int files[] = {::open("/dev/null", O_CLOEXEC | O_RDONLY), ::open(output_file.c_str(), flags, 0600),
                       ::open(errors_file.c_str(), flags, 0600)};
  for (int file = 0; file < 3; ++file)
    if (files[file] < 0 || ::dup2(files[file], file) < 0) ::_exit(126);
  ::execv(program.c_str(), argv.data());
  ::_exit(127);
}

std::string content(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// The exit status, or nothing if the process still runs after `limit`.
std::optional<int> wait_for(pid_t pid, std::chrono::milliseconds limit) {
  const auto deadline = Clock::now() + limit;
  int status = 0;
  for (;;) {
    const pid_t ended = ::waitpid(pid, &status, WNOHANG);
    if (ended == pid) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (Clock::now() > deadline) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

asio::awaitable<void> exchange(std::uint16_t port, http::ClientRequest request, http::ClientResponse& response) {
  http::Client client(co_await asio::this_coro::executor, "127.0.0.1", port, std::chrono::seconds(60));
  response = co_await client.send(std::move(request));
}

}  // namespace

const rapidjson::Value* Answer::member(const rapidjson::Value& object, const char* name) {
  static const rapidjson::Value null;
  if (!object.IsObject()) return &null;
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() ? &null : &found->value;
}

Standalone::Standalone(std::filesystem::path directory, std::vector<std::string> options, std::function<void(pid_t)> launched)
    : directory_(std::move(directory)), options_(std::move(options)), launched_(std::move(launched)) {
  std::filesystem::create_directories(directory_);
  start();
}

Standalone::~Standalone() {
  if (running()) kill();
}

void Standalone::start() {
  launch();
  await_ready();
}

void Standalone::launch() {
#ifdef ZHIDA_TEST_CLUSTER
  std::vector<std::string> arguments{"cluster", "--kafka-jars", (repository() / "build/kafka/libs").string()};
#else
  std::vector<std::string> arguments{"serve"};
#endif
  arguments.insert(arguments.end(), {"--data", directory_.string(), "--port", "0"});
  arguments.insert(arguments.end(), options_.begin(), options_.end());
  pid_ = spawn("zhida", arguments, directory_ / "zhida.log", directory_ / "zhida.log", true);
  if (launched_) launched_(pid_);
}

void Standalone::await_ready(std::chrono::milliseconds limit) {
  const node::DataDirectory data{directory_};
  const auto answers = [&] {
    if (const auto ended = wait_for(pid_, std::chrono::milliseconds(0))) {
      pid_ = 0;
      throw std::runtime_error("zhida ended with " + std::to_string(*ended) + ": see " + (directory_ / "zhida.log").string());
    }
    const auto server = node::read_server(data);
    if (!server || server->pid != pid_) return false;
    port_ = server->port;
    try {
      return get("/readyz", "").status == 200;
    } catch (const boost::system::system_error&) {
      return false;
    }
  };
  EXPECT_TRUE(eventually(answers, limit)) << "zhida is not ready";
}

int Standalone::stop() {
  ::kill(pid_, SIGTERM);
  const auto status = wait_for(pid_, std::chrono::seconds(15));
  if (!status) {
    kill();
    return -1;
  }
  pid_ = 0;
  return *status;
}

void Standalone::kill() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

std::string Standalone::key(const std::string& role) const { return node::read_dev_keys(node::DataDirectory{directory_}).at(role); }

Answer Standalone::ask(http::Verb verb, const std::string& target, const std::string& role, const std::string& body,
                       const HeaderList& headers) const {
  http::ClientRequest request(verb, target, body);
  if (!role.empty()) request.set("Authorization", "Bearer " + (role.starts_with("zk_") ? role : key(role)));
  bool typed = body.empty();
  for (const auto& [name, value] : headers) {
    typed = typed || name == "Content-Type";
    request.set(name, value);
  }
  if (!typed) request.set("Content-Type", "application/json");

  asio::io_context context(1);
  http::ClientResponse response;
  std::exception_ptr failure;
  asio::co_spawn(context, exchange(port_, std::move(request), response), [&failure](std::exception_ptr error) { failure = error; });
  context.run();
  if (failure) std::rethrow_exception(failure);

  Answer answer;
  answer.status = static_cast<int>(response.status);
  answer.headers = std::move(response.headers);
  answer.body = std::move(response.body);
  answer.json.Parse<rapidjson::kParseIterativeFlag>(answer.body.data(), answer.body.size());
  if (answer.json.HasParseError()) answer.json.SetNull();
  return answer;
}

Ran run_program(const std::string& name, const std::vector<std::string>& arguments, std::chrono::milliseconds limit) {
  const TemporaryDirectory files;
  const pid_t pid = spawn(name, arguments, files / "output", files / "errors", false);
  const auto status = wait_for(pid, limit);
  if (!status) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  Ran ran;
  ran.status = status.value_or(-1);
  ran.output = content(files / "output");
  ran.errors = content(files / "errors");
  return ran;
}

int run_zhida(const std::vector<std::string>& arguments, std::string* output) {
  Ran ran = run_program("zhida", arguments);
  if (output != nullptr) *output = std::move(ran.output);
  return ran.status;
}

}  // namespace zhida::test
