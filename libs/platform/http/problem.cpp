#include "platform/http/problem.hpp"

#include "platform/json/writer.hpp"

namespace zhida::http {

std::string Problem::json() const {
  std::string text;
  json::Writer writer(text);
  writer.begin_object()
      .field("type", "urn:zhida:problem:" + code)
      .field("title", title)
      .field("status", number(status))
      .field("detail", detail)
      .field("detail_zh", detail_zh);
  if (!errors.empty()) {
    writer.key("errors").begin_array();
    for (const json::FieldError& error : errors) {
      writer.begin_object()
          .field("pointer", error.pointer)
          .field("code", error.code)
          .field("detail", error.detail)
          .field("detail_zh", error.detail_zh)
          .end_object();
    }
    writer.end_array();
  }
  for (const auto& [name, value] : members) writer.raw_field(name, value);
  writer.end_object();
  return text;
}

Response respond(const Problem& problem) {
  Response response(problem.status, problem.json(), problem_type);
  for (const auto& [name, value] : problem.headers) response.set(name, value);
  if (problem.retry_after) response.set("Retry-After", std::to_string(problem.retry_after->count()));
  return response;
}

namespace problems {
namespace {

Problem make(Status status, std::string code, std::string title, std::string detail, std::string detail_zh, std::string_view general,
             std::string_view general_zh) {
  if (detail.empty()) detail = general;
  if (detail_zh.empty()) detail_zh = general_zh;
  return Problem(status, std::move(code), std::move(title), std::move(detail), std::move(detail_zh));
}

}  // namespace

Problem bad_request(std::string detail, std::string detail_zh) {
  return make(Status::bad_request, "bad-request", "Bad request", std::move(detail), std::move(detail_zh),
              "The request cannot be understood.", "请求无法解析。");
}

Problem malformed_json(const json::ParseError& error) {
  Problem problem(Status::bad_request, "malformed-json", "Malformed JSON",
                  "The body is not acceptable JSON at byte " + std::to_string(error.offset) + ": " + error.field.detail,
                  "请求正文在第 " + std::to_string(error.offset) + " 字节处不是可接受的 JSON：" + error.field.detail_zh);
  problem.errors.push_back(error.field);
  return problem;
}

Problem unauthorised() {
  Problem problem(Status::unauthorised, "unauthorised", "Unauthorised", "Send a valid key as `Authorization: Bearer KEY`.",
                  "请以 `Authorization: Bearer KEY` 提供有效密钥。");
  problem.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"zhida\"");
  return problem;
}

Problem forbidden(std::string detail, std::string detail_zh) {
  return make(Status::forbidden, "forbidden", "Forbidden", std::move(detail), std::move(detail_zh), "The role of this key may not do this.",
              "该密钥的角色无权执行此操作。");
}

Problem not_found(std::string detail, std::string detail_zh) {
  return make(Status::not_found, "not-found", "Not found", std::move(detail), std::move(detail_zh), "There is nothing at this address.",
              "该地址下没有内容。");
}

Problem conflict(std::string detail, std::string detail_zh, std::string_view state) {
  Problem problem = make(Status::conflict, "conflict", "Conflict", std::move(detail), std::move(detail_zh),
                         "The current state does not allow this.", "当前状态不允许此操作。");
  if (!state.empty()) {
    std::string text;
    json::append_string(text, state);
    problem.members.emplace_back("state", std::move(text));
  }
  return problem;
}

Problem gone(std::string detail, std::string detail_zh) {
  return make(Status::gone, "gone", "Gone", std::move(detail), std::move(detail_zh), "This is no longer available.", "该内容已失效。");
}

Problem precondition_failed(std::string_view current_etag) {
  Problem problem(Status::precondition_failed, "precondition-failed", "Precondition failed",
                  "It was changed meanwhile: If-Match does not name the current version.", "内容已被他人修改：If-Match 不是当前版本。");
  if (!current_etag.empty()) problem.headers.emplace_back("ETag", current_etag);
  return problem;
}

Problem too_large(std::size_t limit_bytes) {
  return Problem(Status::content_too_large, "content-too-large", "Content too large",
                 "The body, as sent and unpacked, may have " + std::to_string(limit_bytes) + " bytes.",
                 "请求正文（发送时及解压后）不得超过 " + std::to_string(limit_bytes) + " 字节。");
}

Problem unsupported_media_type(std::string_view expected) {
  return Problem(Status::unsupported_media_type, "unsupported-media-type", "Unsupported media type", "Send " + std::string(expected) + ".",
                 "请以 " + std::string(expected) + " 格式发送。");
}

Problem invalid(json::FieldErrors errors, std::string detail, std::string detail_zh) {
  Problem problem = make(Status::unprocessable, "invalid", "Invalid content", std::move(detail), std::move(detail_zh),
                         "The content is well-formed but wrong; see errors.", "内容格式正确但有误，详见 errors。");
  problem.errors = std::move(errors);
  return problem;
}

Problem precondition_required() {
  return Problem(Status::precondition_required, "precondition-required", "Precondition required",
                 "A change must name the version it changes: send its ETag as If-Match.",
                 "修改须注明所依据的版本：请以 If-Match 发送其 ETag。");
}

Problem too_many_requests(std::chrono::seconds retry_after) {
  Problem problem(Status::too_many_requests, "too-many-requests", "Too many requests", "Too many requests; try again later.",
                  "请求过于频繁，请稍后重试。");
  problem.retry_after = retry_after;
  return problem;
}

Problem unavailable(std::chrono::seconds retry_after, std::string detail, std::string detail_zh) {
  Problem problem = make(Status::unavailable, "unavailable", "Unavailable", std::move(detail), std::move(detail_zh),
                         "The service cannot answer at the moment; try again.", "服务暂时无法应答，请重试。");
  problem.retry_after = retry_after;
  return problem;
}

}  // namespace problems
}  // namespace zhida::http
