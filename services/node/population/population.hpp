#pragma once

#include "contracts/queries/query.hpp"
#include "contracts/queries/tally_json.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <utility>
#include <variant>

namespace zhida::node {

/// Answers questions about all enterprises, wherever their profiles are held.
class Population {
 public:
  virtual ~Population() = default;

  /// The tally that answers a question, of the same index. Nothing if not every enterprise can be looked at now, as far on as the asker
  /// knows of them; then ask again later.
  virtual boost::asio::awaitable<std::optional<contracts::Tally>> ask(contracts::Question question) = 0;
};

}  // namespace zhida::node
