#include "node/population/remote_population.hpp"

#include "node/population/query_port.hpp"
#include "platform/http/client.hpp"
#include "stores/notice.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <charconv>
#include <map>
#include <stdexcept>
#include <utility>

namespace zhida::node {
namespace {

namespace asio = boost::asio;

std::size_t sample_of(const contracts::Question& question) {
  return std::visit([](const auto& each) { return static_cast<std::size_t>(each.sample); }, question);
}

template <class Each>
contracts::Tally sum_as(const std::vector<contracts::Tally>& parts, std::size_t sample) {
  std::vector<Each> alike;
  for (const contracts::Tally& part : parts) alike.push_back(std::get<Each>(part));
  return campaign::sum(std::span<const Each>(alike), sample);
}

std::optional<contracts::Tally> sum(const std::vector<contracts::Tally>& parts, std::size_t sample) {
  try {
    switch (parts.front().index()) {
      case 0:
        return sum_as<campaign::RuleTally>(parts, sample);
      case 1:
        return sum_as<campaign::AudienceTally>(parts, sample);
      default:
        return sum_as<campaign::ImpactTally>(parts, sample);
    }
  } catch (const std::invalid_argument&) {
    return std::nullopt;  // the matchers are of several versions
  }
}

/// Nothing if the matcher does not answer, or not with a tally.
asio::awaitable<std::optional<contracts::Tally>> ask_one(std::string address, std::string key, contracts::Query query,
                                                         std::chrono::milliseconds patience) {
  const auto colon = address.rfind(':');
  std::uint16_t port = 0;
  std::from_chars(address.data() + colon + 1, address.data() + address.size(), port);
  const std::size_t kind = query.question.index();
  try {
    http::Client client(co_await asio::this_coro::executor, address.substr(0, colon), port, patience);
    http::ClientRequest request(http::Verb::post, std::string(QueryPort::path), contracts::to_json(query));
    request.set("Authorization", "Bearer " + key).set("Content-Type", "application/json");
    const http::ClientResponse response = co_await client.send(std::move(request));
    if (response.status != http::Status::ok) co_return std::nullopt;
    auto tally = contracts::read_tally(response.body, kind);
    if (tally.has_error()) co_return std::nullopt;
    co_return std::move(*tally);
  } catch (const boost::system::system_error&) {
    co_return std::nullopt;
  }
}

}  // namespace

struct RemotePopulation::Asked {
  explicit Asked(const asio::any_io_executor& executor) : answered(executor) {}

  std::size_t open = 0;
  bool failed = false;
  std::vector<contracts::Tally> tallies;
  stores::Notice answered;
};

asio::awaitable<std::vector<RemotePopulation::Part>> RemotePopulation::divide() {
  const auto seen = co_await registry_.look();
  std::vector<Part> parts;
  if (seen.has_error()) co_return parts;
  std::vector<bool> taken(static_cast<std::size_t>(partitions_));
  for (const Registry::Entry& entry : seen->entries) {
    if (!entry.announcement || entry.announcement->owned.empty()) continue;
    Part part{entry.announcement->address, {}};
    for (const int partition : entry.announcement->owned) {
      if (partition < 0 || partition >= partitions_ || taken[static_cast<std::size_t>(partition)]) continue;
      taken[static_cast<std::size_t>(partition)] = true;
      part.partitions.push_back(partition);
    }
    if (!part.partitions.empty()) parts.push_back(std::move(part));
  }
  if (!std::ranges::all_of(taken, std::identity())) parts.clear();
  co_return parts;
}

asio::awaitable<std::optional<contracts::Tally>> RemotePopulation::ask(contracts::Question question) {
  const std::size_t sample = sample_of(question);
  contracts::Query query;
  query.question = std::move(question);
  for (auto& [topic, positions] : folded_()) query.folded[topic].assign(positions.begin(), positions.end());
  const std::vector<Part> parts = co_await divide();
  if (parts.empty()) co_return std::nullopt;

  const auto asked = std::make_shared<Asked>(executor_);
  asked->open = parts.size();
  for (const Part& part : parts) {
    query.partitions = part.partitions;
    asio::co_spawn(executor_, ask_one(part.address, key_, query, patience),
                   [asked](const std::exception_ptr& failure, std::optional<contracts::Tally> tally) {
                     --asked->open;
                     if (failure || !tally)
                       asked->failed = true;
                     else
                       asked->tallies.push_back(std::move(*tally));
                     asked->answered.ring();
                   });
  }
  while (asked->open > 0 && !asked->failed) {
    const bool rung = co_await asked->answered.wait();
    if (!rung) co_return std::nullopt;
  }
  if (asked->failed) co_return std::nullopt;
  co_return sum(asked->tallies, sample);
}

}  // namespace zhida::node
