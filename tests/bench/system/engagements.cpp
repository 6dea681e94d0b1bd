#include "bench/system/engagements.hpp"

#include "bench/system/requests.hpp"
#include "flow/story.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace zhida::bench {
namespace {

constexpr std::uint64_t batch = 1'000;

std::uint64_t impressions(const LoadedSystem& system, const std::string& campaign) {
  const test::Answer funnel = system.zhida().get("/effect/v1/campaigns/" + campaign + "/funnel", "analyst");
  const rapidjson::Value& total = funnel.at("impressions", "total");
  return total.IsUint64() ? total.GetUint64() : 0;
}

}  // namespace

void report_engagements(LoadedSystem& system, const std::string& campaign, std::uint64_t enterprises, std::uint64_t first,
                        std::uint64_t end) {
  const std::string key = system.key("page");
  const auto request_of = [&](std::uint64_t number) {
    std::string body = R"({"events":[)";
    const std::string now = flow::now_text();
    for (std::uint64_t i = first + number * batch; i < std::min(end, first + (number + 1) * batch); ++i)
      fmt::format_to(std::back_inserter(body),
                     R"({}{{"id":"bench-{}","intent":"{}.1.page.{}","item":null,"type":"impression","at":"{}","surface":"page"}})",
                     body.back() == '[' ? "" : ",", i, campaign, LoadedSystem::uscc(i % enterprises), now);
    http::ClientRequest request(http::Verb::post, "/page/v1/engagements", body + "]}");
    request.set("Authorization", "Bearer " + key).set("Content-Type", "application/json");
    return request;
  };
  drive(system.zhida().port(), (end - first + batch - 1) / batch, 4, request_of, http::Status::accepted);
  const bool counted = test::eventually([&] { return impressions(system, campaign) >= end; }, std::chrono::minutes(5));
  if (!counted) throw std::runtime_error(fmt::format("the funnel counts {} of {} impressions", impressions(system, campaign), end));
}

}  // namespace zhida::bench
