#include "platform/http/session.hpp"

#include "platform/observe/log.hpp"

#include <charconv>

namespace zhida::http {

std::optional<Problem> Session::admit() {
  request_.verb = parser_.verb();
  request_.trace = observe::Trace::join(request_.headers.get("traceparent"));
  if (auto problem = check_framing()) return problem;
  if (auto problem = find_route()) return problem;

  const Route& route = *request_.route;
  switch (route.info.access.kind) {
    case Access::Kind::open:
      break;
    case Access::Kind::loopback:
      if (!loopback_) return problems::not_found();
      break;
    case Access::Kind::roles:
      if (!server_->options.authorise) return problems::unauthorised();
      if (auto problem = server_->options.authorise(request_, route)) return problem;
      break;
  }

  const std::string_view encoding = request_.headers.get("Content-Encoding");
  if (same_word(encoding, "gzip") || same_word(encoding, "x-gzip") || same_word(encoding, "deflate")) {
    inflater_ = std::make_unique<Inflater>();
  } else if (!encoding.empty() && !same_word(encoding, "identity")) {
    Problem problem = problems::unsupported_media_type("Content-Encoding gzip, deflate or none");
    problem.headers.emplace_back("Accept-Encoding", "gzip, deflate");
    return problem;
  }
  if (const auto length = parser_.content_length(); !route.streams && length && *length > route.info.body_limit)
    return problems::too_large(route.info.body_limit);
  return std::nullopt;
}

std::optional<Problem> Session::check_framing() {
  const std::size_t hosts = request_.headers.count("Host");
  if (hosts > 1 || (hosts == 0 && parser_.http11()))
    return problems::bad_request("A request names its Host exactly once.", "请求须且只能包含一个 Host。");
  if (const auto encoding = request_.headers.find("Transfer-Encoding"); encoding && !same_word(*encoding, "chunked")) {
    header_problem_ = Problem(Status::not_implemented, "transfer-encoding", "Unknown transfer encoding",
                              "Of transfer encodings only `chunked` is known.", "传输编码仅支持 chunked。");
    return header_problem_;  // where this message ends cannot be known
  }
  if (!request_.set_target(parser_.target()))
    return problems::bad_request("The query has a malformed percent-escape or is not UTF-8.", "查询参数的百分号转义有误或不是 UTF-8。");
  return std::nullopt;
}

std::optional<Problem> Session::find_route() {
  Router::Match match = server_->router.match(request_);
  if (match.malformed)
    return problems::bad_request("The path has a malformed percent-escape or is not UTF-8.", "路径的百分号转义有误或不是 UTF-8。");
  request_.route = match.route;
  if (match.route != nullptr) return std::nullopt;
  if (match.allow.empty()) return problems::not_found();
  Problem problem(Status::method_not_allowed, "method-not-allowed", "Method not allowed", "This address knows " + match.allow + ".",
                  "该地址仅支持 " + match.allow + "。");
  problem.headers.emplace_back("Allow", std::move(match.allow));
  return problem;
}

Problem Session::bad_body(boost::system::error_code error, std::size_t limit) const {
  if (error == make_error_code(Error::malformed_encoding))
    return problems::bad_request("The compressed body is damaged or cut off.", "压缩的请求正文已损坏或不完整。");
  if (error == make_error_code(Error::timed_out))
    return Problem(Status::request_timeout, "request-timeout", "Request timeout", "The body took too long.", "请求正文发送超时。");
  if (error == make_error_code(Error::too_large)) return problems::too_large(limit);
  return problems::bad_request("The body is not valid HTTP/1.1.", "请求正文不符合 HTTP/1.1。");
}

Response Session::failed(std::string_view reason) {
  if (server_->options.log != nullptr)
    server_->options.log->error("http.handler_failed", {{"route", request_.route->info.name}, {"reason", reason}}, &request_.trace);
  return http::respond(Problem(Status::internal_error, "internal-error", "Internal error",
                               "Something failed on our side; the log has it under this trace id.",
                               "服务内部出错，可凭跟踪编号在日志中查到。"));
}

bool Session::expects_continue() const { return parser_.http11() && same_word(request_.headers.get("Expect"), "100-continue"); }

void Session::append_head(std::string& out, const Response& response, Framing framing, bool keep_alive) const {
  const bool bodiless = response.status == Status::no_content || response.status == Status::not_modified;
  char digits[24];
  std::to_chars(digits, digits + sizeof digits, number(response.status));
  out.append("HTTP/1.1 ").append(digits, 3).append(" ").append(reason_of(response.status));
  out.append("\r\nDate: ").append(server_->date).append("\r\n");
  if (!bodiless && (framing != Framing::length || !response.body.empty()))
    out.append("Content-Type: ").append(response.content_type).append("\r\n");
  if (!bodiless && framing == Framing::length) {
    char* const end = std::to_chars(digits, digits + sizeof digits, response.body.size()).ptr;
    out.append("Content-Length: ").append(digits, end).append("\r\n");
  }
  if (framing == Framing::chunked) out.append("Transfer-Encoding: chunked\r\n");
  for (const auto& [name, value] : response.headers) {
    if (value.find_first_of("\r\n") != std::string::npos) continue;  // it would forge further headers
    out.append(name).append(": ").append(value).append("\r\n");
  }
  out.append("Cache-Control: ").append(response.cache_control).append("\r\nX-Content-Type-Options: nosniff\r\ntraceparent: ");
  request_.trace.append_traceparent(out);
  if (!keep_alive)
    out.append("\r\nConnection: close");
  else if (!parser_.http11())
    out.append("\r\nConnection: keep-alive");
  out.append("\r\n\r\n");
}

}  // namespace zhida::http
