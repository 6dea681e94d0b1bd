#include "operator/query_values.hpp"

#include "platform/http/parameters.hpp"

namespace zhida::operators {
namespace {

constexpr std::size_t usual_sample = 20;
constexpr std::size_t largest_sample = 1000;

}  // namespace

std::size_t sample_of(const http::Request& request) {
  return http::number_parameter(request, "sample", 0, largest_sample).value_or(usual_sample);
}

}  // namespace zhida::operators
