#pragma once

#include "kafka/kafka_broker.hpp"
#include "platform/log/kafka_log.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>

namespace zhida::test {

/// Settings for a new log on the shared broker: one replica, quick to compact.
log::KafkaSettings kafka_settings();

std::unique_ptr<log::KafkaLog> open_kafka_log(boost::asio::io_context& io, const log::KafkaSettings& settings, log::Layout layout);

/// What OpenError says when the log cannot be opened; empty if it can.
std::string refusal(const log::KafkaSettings& settings, log::Layout layout);

}  // namespace zhida::test
