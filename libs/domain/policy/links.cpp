#include "domain/policy/links.hpp"

#include <algorithm>

namespace zhida::policy {
namespace {

constexpr std::size_t longest_url = 2048;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

bool is_host_character(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-'; }

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

domain::FieldError malformed(std::string pointer) {
  return {std::move(pointer), "url", "must be an absolute http or https URL.", "应为完整的 http 或 https 网址。"};
}

}  // namespace

std::optional<std::string> host_of(std::string_view url) {
  if (url.size() > longest_url) return std::nullopt;
  const bool unsafe = std::any_of(url.begin(), url.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7F || c == '\\' || c == '"' || c == '<' || c == '>';
  });
  if (unsafe) return std::nullopt;
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  const std::string scheme = lower(url.substr(0, scheme_end));
  if (scheme != "http" && scheme != "https") return std::nullopt;

  const std::string_view rest = url.substr(scheme_end + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const std::size_t colon = authority.find(':');
  if (colon != std::string_view::npos && !is_port(authority.substr(colon + 1))) return std::nullopt;
  std::string host = lower(authority.substr(0, colon));
  if (host.empty() || host.front() == '.' || host.front() == '-' || host.find("..") != std::string::npos) return std::nullopt;
  if (!std::all_of(host.begin(), host.end(), is_host_character)) return std::nullopt;
  return host;
}

LinkPolicy::LinkPolicy(std::vector<std::string> hosts) : hosts_(std::move(hosts)) {
  for (std::string& host : hosts_) host = lower(host);
}

UrlFlaw LinkPolicy::flaw(std::string_view url) const {
  const auto host = host_of(url);
  if (!host) return UrlFlaw::malformed;
  const bool allowed = std::any_of(hosts_.begin(), hosts_.end(), [&](const std::string& pattern) {
    return pattern.starts_with("*.") ? host->ends_with(std::string_view(pattern).substr(1)) : *host == pattern;
  });
  return allowed ? UrlFlaw::none : UrlFlaw::host;
}

void LinkPolicy::check(std::string_view url, const std::string& pointer, domain::FieldErrors& errors) const {
  switch (flaw(url)) {
    case UrlFlaw::none:
      return;
    case UrlFlaw::malformed:
      errors.push_back(malformed(pointer));
      return;
    case UrlFlaw::host:
      errors.push_back({pointer, "host", "links may point to allowed hosts only; " + *host_of(url) + " is none of them.",
                        "链接只能指向允许的网站，" + *host_of(url) + " 不在其中。"});
  }
}

void check_url(std::string_view url, const std::string& pointer, domain::FieldErrors& errors) {
  if (!host_of(url)) errors.push_back(malformed(pointer));
}

}  // namespace zhida::policy
