#include "platform/http/request.hpp"

#include "platform/http/utf8.hpp"

#include <boost/url/pct_string_view.hpp>

#include <algorithm>
#include <stdexcept>

namespace zhida::http {

const std::string& Request::param(std::string_view name) const {
  for (const auto& [known, value] : params_)
    if (known == name) return value;
  throw std::logic_error("the route has no parameter " + std::string(name));
}

std::optional<std::string_view> Request::query(std::string_view name) const {
  for (const auto& [known, value] : queries_)
    if (known == name) return value;
  return std::nullopt;
}

std::string_view Request::path() const { return std::string_view(target).substr(0, target.find('?')); }

void Request::set_param(std::string_view name, std::string value) { params_.emplace_back(name, std::move(value)); }

bool Request::set_target(std::string_view text) {
  // Absolute form, `GET http://host/path`: the authority says nothing to us.
  if (const auto scheme = text.find("://"); !text.starts_with('/') && scheme != std::string_view::npos) {
    const auto slash = text.find('/', scheme + 3);
    text = slash == std::string_view::npos ? std::string_view("/") : text.substr(slash);
  }
  target = text;
  queries_.clear();
  const auto question = text.find('?');
  if (question == std::string_view::npos) return true;
  for (std::string_view rest = text.substr(question + 1); !rest.empty();) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    auto name = percent_decode(pair.substr(0, equals), true);
    auto value = percent_decode(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1), true);
    if (!name || !value) return false;
    queries_.emplace_back(*std::move(name), *std::move(value));
  }
  return true;
}

void Request::clear() {
  target.clear();
  headers.clear();
  body.clear();
  principal.reset();
  route = nullptr;
  params_.clear();
  queries_.clear();
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  if (text.find_first_of("%+") == std::string_view::npos) {
    decoded = text;
  } else {
    const auto escaped = boost::urls::make_pct_string_view(boost::urls::string_view(text.data(), text.size()));
    if (!escaped) return std::nullopt;
    boost::urls::encoding_opts options;
    options.space_as_plus = plus_is_space;
    decoded.resize(escaped->decoded_size());
    decoded = escaped->decode(options);
  }
  if (decoded.find('\0') != std::string::npos || !is_utf8(decoded)) return std::nullopt;
  return decoded;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += digits[static_cast<unsigned char>(c) >> 4];
      out += digits[static_cast<unsigned char>(c) & 15];
    }
  }
  return out;
}

}  // namespace zhida::http
