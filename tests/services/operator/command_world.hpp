#pragma once

#include "operator/commands/campaign_facts.hpp"
#include "operator/commands/command_gateway.hpp"
#include "operator/commands/command_owner.hpp"
#include "platform/log/memory_log.hpp"
#include "platform/runtime/task_group.hpp"
#include "stores/fold/dead_letters.hpp"
#include "stores/reference/reference_data.hpp"
#include "support/forwarding_log.hpp"

#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace zhida::test {

/// A log in memory that takes its time for every append, as a disk does.
class SlowLog final : public ForwardingLog {
 public:
  explicit SlowLog(log::Layout layout) : ForwardingLog(inner_), inner_(std::move(layout)) {}

  std::chrono::milliseconds delay{0};

  Awaitable<std::vector<log::Offset>> append(std::vector<log::NewRecord> records) override;

 private:
  log::MemoryLog inner_;
};

/// Document `doc` in package `pkg`, whose link leads to the document's source; the owner of commands and the gateway to it.
class CommandWorld {
 public:
  explicit CommandWorld(std::chrono::milliseconds patience = std::chrono::seconds(5));
  ~CommandWorld();

  boost::asio::awaitable<void> seed(std::string entity, contracts::CommandKind kind, contracts::CatalogEvent::Outcome outcome);
  /// `count` campaigns "c<n>" in `state` that push `pkg`, with a content hash that is of nothing.
  boost::asio::awaitable<void> campaigns(int count, campaign::State state, campaign::Audience audience);
  /// Spawns the owner and waits until it is up.
  boost::asio::awaitable<void> start_owner();
  /// The records' `ce_id`s.
  boost::asio::awaitable<std::vector<std::string>> ids(std::string topic);

  static policy::Document document(std::string source);
  static contracts::CatalogEvent document_event(std::string source);
  /// PUT of `doc` as another key than the seed's.
  static http::Request put_document(const std::string& source);

  boost::asio::io_context io{1};
  stores::ReferenceData reference;
  SlowLog log;
  stores::DeadLetters dead_letters;
  stores::CatalogStore catalog;
  operators::CommandRules rules;
  observe::Log journal;
  operators::CommandGateway gateway;
  operators::CommandOwner owner;
  runtime::TaskGroup tasks;
};

inline const std::string no_hash(64, 'e');

}  // namespace zhida::test
