#include "operator/query_values.hpp"

#include "operator/listing.hpp"
#include "operator/problem.hpp"
#include "platform/http/problem.hpp"

#include <charconv>

namespace zhida::operators {
namespace {

constexpr std::size_t usual_sample = 20;
constexpr std::size_t largest_sample = 1000;

}  // namespace

std::size_t sample_of(const http::Request& request) {
  const auto text = request.query("sample");
  if (!text) return usual_sample;
  std::size_t sample = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), sample);
  if (error != std::errc() || end != text->data() + text->size() || sample > largest_sample)
    refuse_parameter("sample", "range", "must be 0 to 1000.", "应为0至1000。");
  return sample;
}

domain::Date asof_of(const http::Request& request, domain::Date today) {
  const auto text = request.query("asof");
  if (!text) return today;
  const auto date = domain::parse_date(*text);
  if (!date) refuse_parameter("asof", "date", "must be a date that exists, as YYYY-MM-DD.", "应为存在的日期，格式为YYYY-MM-DD。");
  return *date;
}

}  // namespace zhida::operators
