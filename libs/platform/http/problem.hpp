#pragma once

#include "platform/http/response.hpp"
#include "platform/http/status.hpp"
#include "platform/json/document.hpp"
#include "platform/json/field_error.hpp"

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zhida::http {

/// Why a request was refused, RFC 9457: `type` is `urn:zhida:problem:<code>` and never changes its meaning.
struct Problem {
  Status status = Status::internal_error;
  std::string code;       ///< kebab-case, the stable end of `type`
  std::string title;      ///< English, the same for every problem of this code
  std::string detail;     ///< English, of this case
  std::string detail_zh;  ///< Chinese, of this case
  json::FieldErrors errors;
  std::vector<std::pair<std::string, std::string>> members;  ///< further members: name, JSON text (e.g. `state` of a conflict)
  std::vector<std::pair<std::string_view, std::string>> headers;
  std::optional<std::chrono::seconds> retry_after;

  Problem() = default;
  Problem(Status code_of_http, std::string stable_code, std::string title_en, std::string detail_en, std::string detail_cn)
      : status(code_of_http),
        code(std::move(stable_code)),
        title(std::move(title_en)),
        detail(std::move(detail_en)),
        detail_zh(std::move(detail_cn)) {}

  /// The problem as a JSON object, e.g. for one refused line of a bulk answer.
  std::string json() const;
};

/// `application/problem+json` with the problem's headers and Retry-After.
Response respond(const Problem& problem);

/// A problem thrown: the server answers it. For handlers whose helpers find the mistake deep down.
class Refused : public std::exception {
 public:
  explicit Refused(Problem problem) : problem_(std::move(problem)) {}
  const Problem& problem() const noexcept { return problem_; }
  const char* what() const noexcept override { return problem_.detail.c_str(); }

 private:
  Problem problem_;
};

// The problems every service knows. An empty detail is replaced by the problem's general sentence.
namespace problems {

Problem bad_request(std::string detail, std::string detail_zh);          ///< 400 bad-request
Problem malformed_json(const json::ParseError& error);                   ///< 400 malformed-json
Problem unauthorised();                                                  ///< 401 unauthorised, WWW-Authenticate: Bearer
Problem forbidden(std::string detail = "", std::string detail_zh = "");  ///< 403 forbidden
Problem not_found(std::string detail = "", std::string detail_zh = "");  ///< 404 not-found
Problem conflict(std::string detail, std::string detail_zh,
                 std::string_view state = "");                      ///< 409 conflict; `state`: the current one, a word
Problem gone(std::string detail = "", std::string detail_zh = "");  ///< 410 gone
Problem precondition_failed(std::string_view current_etag = "");    ///< 412 precondition-failed, with the ETag
Problem too_large(std::size_t limit_bytes);                         ///< 413 content-too-large
Problem unsupported_media_type(std::string_view expected);          ///< 415 unsupported-media-type
Problem invalid(json::FieldErrors errors, std::string detail = "", std::string detail_zh = "");              ///< 422 invalid
Problem precondition_required();                                                                             ///< 428 precondition-required
Problem too_many_requests(std::chrono::seconds retry_after);                                                 ///< 429 too-many-requests
Problem unavailable(std::chrono::seconds retry_after, std::string detail = "", std::string detail_zh = "");  ///< 503 unavailable

/// Another layer's errors (pointer, code, detail, detail_zh) as those of an answer.
template <class FieldErrors>
json::FieldErrors errors_from(const FieldErrors& errors) {
  json::FieldErrors converted;
  converted.reserve(errors.size());
  for (const auto& error : errors) converted.push_back({error.pointer, error.code, error.detail, error.detail_zh});
  return converted;
}

/// What another layer found wrong with a body: 400 if it is no JSON (code `malformed`), else 422 with every error.
template <class FieldErrors>
Problem of_body(const FieldErrors& errors) {
  if (!errors.empty() && errors.front().code == "malformed") return bad_request(errors.front().detail, errors.front().detail_zh);
  return invalid(errors_from(errors));
}

}  // namespace problems

}  // namespace zhida::http
