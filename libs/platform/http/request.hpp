#pragma once

#include "platform/auth/principal.hpp"
#include "platform/http/headers.hpp"
#include "platform/http/status.hpp"
#include "platform/observe/trace.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zhida::http {

struct Route;

/// A received request as a handler sees it. Everything textual is percent-decoded, valid for the handler's time.
struct Request {
  Verb verb = Verb::get;  ///< HEAD arrives as `head` at the handler of GET; the server drops the body
  std::string target;     ///< as received, for error texts only
  Headers headers;
  std::string body;  ///< of a buffered route, inflated; empty on a streaming one
  std::string remote_address;
  observe::Trace trace;
  std::shared_ptr<const auth::Principal> principal;  ///< null on open routes asked without a key
  const Route* route = nullptr;

  /// The segment that stands for `{name}`. Throws `std::logic_error` if the pattern has none such.
  const std::string& param(std::string_view name) const;
  /// The first query parameter `name`; nullopt if absent.
  std::optional<std::string_view> query(std::string_view name) const;
  std::string_view query_or(std::string_view name, std::string_view otherwise) const { return query(name).value_or(otherwise); }
  const std::vector<std::pair<std::string, std::string>>& queries() const { return queries_; }
  std::string_view header(std::string_view name) const { return headers.get(name); }
  /// The path of `target`, undecoded.
  std::string_view path() const;

  // For the server and for tests that call a handler without one.
  void set_param(std::string_view name, std::string value);
  /// Takes `verb target`; false if a percent-escape of the query is malformed or the decoded text is no UTF-8.
  bool set_target(std::string_view text);
  void clear();

 private:
  std::vector<std::pair<std::string_view, std::string>> params_;  // names point into the route's pattern
  std::vector<std::pair<std::string, std::string>> queries_;
};

/// Percent-decodes one path segment or query value; nullopt if an escape is malformed or the result is no UTF-8 or holds a NUL.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);
std::string percent_encode(std::string_view text);

}  // namespace zhida::http
