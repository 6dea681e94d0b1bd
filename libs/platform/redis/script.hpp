#pragma once

#include <string>
#include <string_view>

namespace zhida::redis {

/// A Lua script and the name (SHA-1 in hex) by which a server remembers it.
class Script {
 public:
  explicit Script(std::string source);

  const std::string& source() const { return source_; }
  std::string_view sha() const { return sha_; }

 private:
  std::string source_;
  std::string sha_;
};

}  // namespace zhida::redis
