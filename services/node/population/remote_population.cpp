#include "node/population/remote_population.hpp"

#include "node/population/query_port.hpp"
#include "platform/http/client.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <charconv>
#include <functional>
#include <span>
#include <stdexcept>
#include <utility>

namespace zhida::node {
namespace {

namespace asio = boost::asio;

/// A matcher and what it is asked.
struct Asked {
  std::string address;
  contracts::Query query;
  contracts::Tally tally;
};

std::size_t sample_of(const contracts::Question& question) {
  return std::visit([](const auto& each) { return static_cast<std::size_t>(each.sample); }, question);
}

template <class Each>
contracts::Tally sum_as(std::span<const Asked> parts, std::size_t sample) {
  std::vector<Each> alike;
  for (const Asked& part : parts) alike.push_back(std::get<Each>(part.tally));
  return campaign::sum(std::span<const Each>(alike), sample);
}

std::optional<contracts::Tally> sum(std::span<const Asked> parts, std::size_t sample) {
  try {
    switch (parts.front().tally.index()) {
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

/// Throws `system_error` if the matcher does not answer, or not with a tally.
asio::awaitable<void> ask_one(Asked& asked, const std::string& key) {
  const auto colon = asked.address.rfind(':');
  std::uint16_t port = 0;
  std::from_chars(asked.address.data() + colon + 1, asked.address.data() + asked.address.size(), port);
  http::Client client(co_await asio::this_coro::executor, asked.address.substr(0, colon), port, RemotePopulation::patience);
  http::ClientRequest request(http::Verb::post, std::string(QueryPort::path), contracts::to_json(asked.query));
  request.set("Authorization", "Bearer " + key).set("Content-Type", "application/json");
  const http::ClientResponse response = co_await client.send(std::move(request));
  if (response.status != http::Status::ok) throw boost::system::system_error(asio::error::try_again);
  auto tally = contracts::read_tally(response.body, asked.query.question.index());
  if (tally.has_error()) throw boost::system::system_error(asio::error::no_data);
  asked.tally = std::move(*tally);
}

/// All at once; the first failure ends the others.
asio::awaitable<void> ask_all(std::span<Asked> asked, const std::string& key) {
  using namespace asio::experimental::awaitable_operators;
  if (asked.size() == 1)
    co_await ask_one(asked.front(), key);
  else
    co_await (ask_one(asked.front(), key) && ask_all(asked.subspan(1), key));
}

}  // namespace

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

  std::vector<Asked> asked;
  for (const Part& part : parts) {
    query.partitions = part.partitions;
    asked.push_back({part.address, query, {}});
  }
  try {
    co_await ask_all(asked, key_);
  } catch (const boost::system::system_error&) {
    co_return std::nullopt;
  } catch (const asio::multiple_exceptions&) {
    co_return std::nullopt;
  }
  co_return sum(asked, sample);
}

}  // namespace zhida::node
