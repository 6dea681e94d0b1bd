#include "platform/auth/key_ring.hpp"

#include "platform/auth/encoding.hpp"
#include "platform/auth/random.hpp"
#include "platform/json/reader.hpp"
#include "platform/json/writer.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace zhida::auth {
namespace {

std::runtime_error malformed(const std::filesystem::path& file, const std::string& why) {
  return std::runtime_error("the keys file " + file.string() + " is malformed: " + why);
}

/// Writes beside `file`, flushes, renames over it: a reader sees the old or the new text, also after a power cut.
void replace_file(const std::filesystem::path& file, std::string_view text) {
  const std::string beside = file.string() + ".new";
  const int descriptor = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const auto fail = [&] { throw std::system_error(errno, std::generic_category(), "cannot write " + beside); };
  if (descriptor < 0) fail();
  bool good = true;
  while (good && !text.empty()) {
    const auto written = ::write(descriptor, text.data(), text.size());
    good = written > 0;
    if (good) text.remove_prefix(static_cast<std::size_t>(written));
  }
  good = good && ::fsync(descriptor) == 0;
  const int reason = errno;
  ::close(descriptor);
  errno = reason;
  if (!good || ::rename(beside.c_str(), file.c_str()) != 0) fail();
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
  if (const int parent = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); parent >= 0) {
    ::fsync(parent);
    ::close(parent);
  }
}

}  // namespace

std::size_t KeyRing::HashOfDigest::operator()(const Digest& digest) const {
  std::size_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

KeyRing::KeyRing(std::filesystem::path file) : file_(std::move(file)) {
  stamp_ = stamp();
  if (stamp_.size >= 0) keys_ = read(file_);
}

KeyRing::Stamp KeyRing::stamp() const {
  struct stat info {};
  if (::stat(file_.c_str(), &info) != 0) return {};
  return {info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec, info.st_size, info.st_ino};
}

KeyRing::Keys KeyRing::read(const std::filesystem::path& file) {
  std::ifstream input(file, std::ios::binary);
  if (!input) throw std::runtime_error("the keys file " + file.string() + " cannot be read");
  std::string text((std::istreambuf_iterator<char>(input)), std::istreambuf_iterator<char>());
  const json::Parsed parsed = json::parse(std::move(text), {16 * 1024 * 1024, 8});
  if (!parsed) throw malformed(file, parsed.error().field.detail);

  json::FieldErrors errors;
  json::Reader top(*parsed, errors);
  Keys keys;
  if (const json::Value* list = top.array("keys")) {
    std::size_t index = 0;
    for (const json::Value& entry : list->GetArray()) {
      json::Reader reader = top.element(entry, "keys", index++);
      Principal principal;
      principal.key_id = reader.string("id");
      const auto hash = from_hex(reader.string("sha256"));
      const auto role = role_named(reader.string("role"));
      principal.bureau = reader.string("bureau");
      principal.region = reader.optional_string("region").value_or("");
      if (!hash || hash->size() != sizeof(Digest) || !role) {
        reader.refuse("", "wrong_key", "has no SHA-256 hash or no known role", "缺少 SHA-256 或角色未知");
        continue;
      }
      principal.role = *role;
      Digest digest;
      std::ranges::copy(*hash, digest.begin());
      keys.emplace(digest, std::make_shared<const Principal>(std::move(principal)));
    }
  }
  if (!errors.empty()) throw malformed(file, errors.front().pointer + " " + errors.front().detail);
  return keys;
}

std::shared_ptr<const Principal> KeyRing::find(std::string_view key) const {
  // A hash table tells by its time at most about the hash, from which no key can be found.
  const Digest digest = sha256(key);
  const auto found = keys_.find(digest);
  if (found == keys_.end() || !equal_in_constant_time(bytes_of(found->first), bytes_of(digest))) return nullptr;
  return found->second;
}

std::string KeyRing::add(Role role, std::string bureau, std::string region, std::string id) {
  if (id.empty()) id = std::string(name_of(role)) + "-" + hex(random_bytes(4));
  const auto same_id = [&](const auto& entry) { return entry.second->key_id == id; };
  if (std::ranges::any_of(keys_, same_id)) throw std::invalid_argument("there is a key called " + id);
  std::string key = make_key();
  const Digest digest = sha256(key);
  keys_.emplace(digest, std::make_shared<const Principal>(Principal{std::move(id), role, std::move(bureau), std::move(region)}));
  try {
    save();
  } catch (...) {
    keys_.erase(digest);
    throw;
  }
  return key;
}

bool KeyRing::remove(std::string_view id) {
  const auto removed = std::erase_if(keys_, [&](const auto& entry) { return entry.second->key_id == id; });
  if (removed > 0) save();
  return removed > 0;
}

bool KeyRing::reload_if_changed() {
  const Stamp now = stamp();
  if (now == stamp_ || now.size < 0) return false;
  stamp_ = now;
  try {
    keys_ = read(file_);
  } catch (const std::runtime_error&) {
    return false;
  }
  return true;
}

std::vector<std::shared_ptr<const Principal>> KeyRing::principals() const {
  std::vector<std::shared_ptr<const Principal>> all;
  for (const auto& [digest, principal] : keys_) all.push_back(principal);
  std::ranges::sort(all, {}, [](const auto& principal) -> const std::string& { return principal->key_id; });
  return all;
}

void KeyRing::save() {
  std::vector<std::pair<std::string, const Principal*>> sorted;
  for (const auto& [digest, principal] : keys_) sorted.emplace_back(hex(bytes_of(digest)), principal.get());
  std::ranges::sort(sorted, {}, [](const auto& entry) -> const std::string& { return entry.second->key_id; });
  std::string text;
  json::Writer writer(text);
  writer.begin_object().key("keys").begin_array();
  for (const auto& [digest, principal] : sorted) {
    text += '\n';
    writer.begin_object()
        .field("id", principal->key_id)
        .field("sha256", digest)
        .field("role", name_of(principal->role))
        .field("bureau", principal->bureau)
        .field("region", principal->region)
        .end_object();
  }
  writer.end_array().end_object();
  text += '\n';
  replace_file(file_, text);
  stamp_ = stamp();
}

std::string make_key() { return "zk_" + base64url(random_bytes(32)); }

}  // namespace zhida::auth
