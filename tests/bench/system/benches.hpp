#pragma once

#include <cstdint>

namespace zhida::bench {

// Each starts the real program on a directory of its own, drives it over HTTP and prints a table.

void ingest(std::uint64_t enterprises);   ///< bulk lines a second, durable and folded; memory
void launch(std::uint64_t enterprises);   ///< a campaign to everybody while pages are read; memory
void million(std::uint64_t enterprises);  ///< four campaigns to all at once, urgent ones behind them; of a cluster also with two of each
void fanout(std::uint64_t enterprises);   ///< a matcher's intents into Kafka beside a bare librdkafka producer of the same bytes
void inbox(std::uint64_t enterprises);    ///< inbox reads beside a bare server that does one Redis GET of the same bytes
void funnel(std::uint64_t enterprises);   ///< pulling a funnel with ever more events behind it
void restart(std::uint64_t enterprises);  ///< until ready, after kill -9 and after a clean stop, with a million events in the log
void checkup(std::uint64_t enterprises);  ///< CPU of a check-up of all the sample's items

/// The bare server: answers `GET /<name>` with what Redis holds under `bare:<name>`. Writes its port to `port_file`; runs until killed.
void serve_bare(const char* redis_socket, const char* port_file);

}  // namespace zhida::bench
