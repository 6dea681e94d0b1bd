#pragma once

#include "platform/log/event_log.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace zhida::log {

/// One adapter for the conformance suite. To test another, instantiate EventLogConformance with it.
struct Adapter {
  std::string name;

  /// A new, empty log with this layout, to be used from `io`; `directory` is its own.
  std::function<std::unique_ptr<EventLog>(boost::asio::io_context& io, const std::filesystem::path& directory, Layout layout)> make;

  bool can_back_up = false;

  /// Why the adapter cannot be tested here; its cases are skipped with this. Empty: it can.
  std::function<std::string()> absence = [] { return std::string(); };
};

/// What every EventLog promises. Offsets may be sparse: nothing here counts on `offset + 1`.
class EventLogConformance : public testing::TestWithParam<Adapter> {
 protected:
  /// Topics of the suite: `facts` (3 partitions), `notes` (1), `keys` (3, compacted).
  static Layout layout();

  void SetUp() override;
  void run(boost::asio::awaitable<void> body);

  test::TemporaryDirectory directory;
  boost::asio::io_context io{1};
  std::unique_ptr<EventLog> log;
};

}  // namespace zhida::log
