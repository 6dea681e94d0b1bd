#include "node/data_directory.hpp"

#include "platform/auth/encoding.hpp"
#include "platform/auth/random.hpp"
#include "platform/json/document.hpp"
#include "platform/json/writer.hpp"
#include "platform/process/durable_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace zhida::node {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + file.string());
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

void write_secret(const fs::path& file, std::string_view content) {
  // Made with its mode before it has content: no moment at which others can read the secret.
  const int descriptor = ::open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), file.string());
  const ssize_t written = ::write(descriptor, content.data(), content.size());
  const bool good = written == static_cast<ssize_t>(content.size()) && ::fsync(descriptor) == 0;
  const int error = errno;
  ::close(descriptor);
  if (good) return;
  std::error_code ignored;
  fs::remove(file, ignored);
  throw std::system_error(error, std::generic_category(), file.string());
}

void make_dev_keys(const DataDirectory& directory) {
  auth::KeyRing ring(directory.keys());
  std::string text;
  json::Writer writer(text);
  writer.begin_object();
  for (const auth::Role role : auth::all_roles)
    writer.field(auth::name_of(role), ring.add(role, "qfb", "", "dev-" + std::string(auth::name_of(role))));
  for (const char* bureau : {"jw", "kcb"})
    writer.field("operator_" + std::string(bureau), ring.add(auth::Role::operator_, bureau, "", "dev-operator-" + std::string(bureau)));
  writer.end_object();
  write_secret(directory.dev_keys(), text + "\n");
}

}  // namespace

void prepare_master_key(const DataDirectory& directory) {
  if (!fs::exists(directory.master_key())) write_secret(directory.master_key(), auth::hex(auth::bytes_of(auth::random_key())) + "\n");
}

void prepare(const DataDirectory& directory) {
  prepare_master_key(directory);
  if (fs::exists(directory.dev_keys())) return;
  fs::remove(directory.keys());  // of a first start that was cut off between the two files: nobody has its keys
  make_dev_keys(directory);
}

std::map<std::string, std::string> read_dev_keys(const DataDirectory& directory) {
  if (!fs::exists(directory.dev_keys()))
    throw std::runtime_error("no keys in " + directory.path.string() + ": start Zhida there first, with ./run or `zhida serve`");
  const json::Parsed parsed = json::parse(read_file(directory.dev_keys()));
  if (!parsed || !parsed->IsObject()) throw std::runtime_error(directory.dev_keys().string() + " is damaged");
  std::map<std::string, std::string> keys;
  for (const auto& member : parsed->GetObject())
    if (member.value.IsString()) keys.emplace(json::text_of(member.name), json::text_of(member.value));
  return keys;
}

std::optional<RunningServer> read_server(const DataDirectory& directory) {
  if (!fs::exists(directory.server())) return std::nullopt;
  const json::Parsed parsed = json::parse(read_file(directory.server()));
  if (!parsed) return std::nullopt;
  const json::Value* pid = json::find(*parsed, "pid");
  const json::Value* port = json::find(*parsed, "port");
  if (pid == nullptr || !pid->IsInt64() || port == nullptr || !port->IsUint() || port->GetUint() > 65535) return std::nullopt;
  const RunningServer server{pid->GetInt64(), static_cast<std::uint16_t>(port->GetUint())};
  if (::kill(static_cast<pid_t>(server.pid), 0) != 0 && errno == ESRCH) return std::nullopt;
  return server;
}

void write_server(const DataDirectory& directory, const RunningServer& server) {
  std::string text;
  json::Writer(text).begin_object().field("pid", server.pid).field("port", server.port).end_object();
  process::write_durably(directory.server(), text + "\n");
}

}  // namespace zhida::node
