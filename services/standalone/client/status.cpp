#include "standalone/client/status.hpp"

#include "platform/json/document.hpp"
#include "schemas/files.hpp"
#include "standalone/client/api_client.hpp"
#include "standalone/sample/generator.hpp"

#include <fmt/format.h>
#include <boost/asio/this_coro.hpp>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

namespace zhida::standalone {
namespace {

/// An enterprise to ask about: of the first of the loaded sample the one of which most is known.
std::string example_enterprise(const node::DataDirectory& directory) {
  std::ifstream stream(directory.sample());
  std::ostringstream text;
  text << stream.rdbuf();
  const json::Parsed marker = json::parse(text.str());
  const json::Value* seed = marker ? json::find(*marker, "seed") : nullptr;
  const auto industries = enterprise::IndustryTree::parse(schemas::file("reference/industries.csv"));
  const SampleGenerator generator(industries.value(), seed != nullptr && seed->IsUint64() ? seed->GetUint64() : 42);
  std::uint64_t best = 0;
  std::size_t longest = 0;
  for (std::uint64_t index = 0; index < 100; ++index) {
    std::string line;
    generator.append_line(index, line);
    if (line.size() <= longest) continue;
    longest = line.size();
    best = index;
  }
  return std::string(generator.uscc(best).text());
}

}  // namespace

boost::asio::awaitable<void> print_status(const TargetSystem& system, std::chrono::seconds limit) {
  co_await wait_until_ready(system, limit);
  const ApiClient api(co_await boost::asio::this_coro::executor, system);
  const std::string base = api.address().url();
  const std::string uscc = example_enterprise(system.directory);
  const std::string keys = system.directory.dev_keys().string();
  const auto key = [&keys](std::string_view role) {
    return fmt::format("-H \"Authorization: Bearer $(sed -E 's/.*\"{}\":\"([^\"]+)\".*/\\1/' '{}')\"", role, keys);
  };
  fmt::print(
      "\nZhida 直达 is running on {0}\n\n"
      "  API documentation   {0}/docs\n"
      "  metrics             {0}/metrics\n"
      "  API keys            {1}   (one per role)\n\n"
      "The page's backend: which policies fit an enterprise, and why\n"
      "  curl -s {3} {0}/page/v1/enterprises/{2}/checkup\n\n"
      "An operator: how many enterprises a rule reaches\n"
      "  curl -s {4} -d '{{\"rule\":\"p.size_class == \\\"small\\\" && under(p.industry, \\\"C\\\")\",\"sample\":5}}' "
      "-H 'Content-Type: application/json' {0}/operator/v1/rules/audience\n\n"
      "An analyst: what was pushed, by town\n"
      "  curl -s {5} '{0}/effect/v1/metrics?measure=delivered&by=street'\n\n"
      "The data centre: what is known about an enterprise\n"
      "  curl -s {6} {0}/operator/v1/enterprises/{2}\n\n"
      "Stop it with Ctrl-C.\n",
      base, keys, uscc, key("page"), key("operator"), key("analyst"), key("data_centre"));
  std::fflush(stdout);
}

}  // namespace zhida::standalone
