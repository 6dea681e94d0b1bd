#include "effect/verify/job.hpp"

#include "platform/auth/encoding.hpp"
#include "platform/auth/random.hpp"

#include <algorithm>

namespace zhida::effect_service::verify {
namespace {

constexpr std::size_t random_bytes = 8;

}  // namespace

std::string new_job_id() { return "v" + auth::hex(auth::random_bytes(random_bytes)); }

bool is_job_id(std::string_view text) {
  if (text.size() != 1 + 2 * random_bytes || text.front() != 'v') return false;
  return std::ranges::all_of(text.substr(1), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace zhida::effect_service::verify
