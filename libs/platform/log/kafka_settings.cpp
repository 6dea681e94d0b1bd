#include "platform/log/kafka_settings.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string_view>

namespace zhida::log {
namespace {

bool is_port(std::string_view text) {
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port > 0 && port < 65'536;
}

/// The problems of one settings object, gathered.
class Findings {
 public:
  explicit Findings(const KafkaSettings& settings) : settings_(settings) {}

  std::vector<std::string> all() {
    brokers();
    topics();
    security();
    files();
    bounds();
    return std::move(found_);
  }

 private:
  void add(std::string sentence) { found_.push_back(std::move(sentence)); }

  bool one_of(const char* what, const std::string& value, const std::vector<std::string>& allowed) {
    if (std::ranges::find(allowed, value) != allowed.end()) return true;
    add(fmt::format("{} is \"{}\"; it must be one of {}", what, value, fmt::join(allowed, ", ")));
    return false;
  }

  void brokers() {
    std::string_view rest = settings_.brokers;
    if (rest.empty()) return add("brokers are not named; give host:port, several with commas");
    for (bool more = true; more;) {
      const std::size_t comma = rest.find(',');
      more = comma != std::string_view::npos;
      const std::string_view broker = rest.substr(0, comma);
      if (more) rest.remove_prefix(comma + 1);
      const std::size_t colon = broker.rfind(':');
      if (colon == std::string_view::npos || colon == 0 || !is_port(broker.substr(colon + 1)))
        add(fmt::format("broker \"{}\" is not host:port", broker));
    }
  }

  void topics() {
    const bool good = std::ranges::all_of(settings_.topic_prefix, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    });
    if (!good || settings_.topic_prefix.size() > 200)
      add(fmt::format("topic prefix \"{}\" may hold letters, digits, dots and hyphens, at most 200", settings_.topic_prefix));
    if (settings_.replication < 1) add(fmt::format("replication is {}; at least 1 is needed", settings_.replication));
    if (settings_.min_in_sync < 1) add(fmt::format("min in-sync replicas are {}; at least 1 is needed", settings_.min_in_sync));
    if (settings_.min_in_sync > settings_.replication)
      add(fmt::format("min in-sync replicas ({}) exceed the replication ({}): nothing could ever be appended", settings_.min_in_sync,
                      settings_.replication));
    one_of("compression", settings_.compression, {"none", "lz4", "zstd"});
  }

  void security() {
    if (!one_of("security", settings_.security, {"plaintext", "ssl", "sasl_plaintext", "sasl_ssl"})) return;
    if (settings_.security.starts_with("sasl_")) {
      one_of("SASL mechanism", settings_.sasl_mechanism, {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"});
      if (settings_.username.empty()) add("a user name is missing, which SASL needs");
      if (settings_.password.empty()) add("a password is missing, which SASL needs");
    } else if (!settings_.sasl_mechanism.empty() || !settings_.username.empty() || !settings_.password.empty()) {
      add(fmt::format("SASL settings are given, but security is {}: set it to sasl_ssl or sasl_plaintext, or leave them out",
                      settings_.security));
    }
  }

  void file(const char* what, const std::string& path) {
    if (path.empty()) return;
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) add(fmt::format("{} {} is not a file", what, path));
  }

  void files() {
    const bool tls = settings_.security.ends_with("ssl");
    const bool given = !settings_.ca_file.empty() || !settings_.certificate_file.empty() || !settings_.key_file.empty();
    if (given && !tls)
      return add(fmt::format("TLS files are given, but security is {}: set it to ssl or sasl_ssl, or leave them out", settings_.security));
    if (settings_.certificate_file.empty() != settings_.key_file.empty())
      add("a client certificate and its key belong together; one of them is missing");
    file("CA file", settings_.ca_file);
    file("certificate file", settings_.certificate_file);
    file("key file", settings_.key_file);
  }

  void at_least(const char* what, std::int64_t value, std::int64_t least) {
    if (value < least) add(fmt::format("{} is {}; at least {} is needed", what, value, least));
  }

  void bounds() {
    using std::chrono::milliseconds;
    at_least("the delivery limit in ms", settings_.delivery_limit.count(), 1'000);
    at_least("the request limit in ms", settings_.request_limit.count(), 100);
    at_least("linger in ms", settings_.linger.count(), 0);
    if (settings_.linger > milliseconds(1'000)) add("linger is longer than 1000 ms");
    at_least("the heartbeat in ms", settings_.heartbeat.count(), 100);
    if (settings_.session_limit < 3 * settings_.heartbeat)
      add(fmt::format("the session limit ({} ms) is shorter than three heartbeats ({} ms): one late answer would end it",
                      settings_.session_limit.count(), 3 * settings_.heartbeat.count()));
    if (settings_.member_stall < settings_.session_limit)
      add(fmt::format("the stall of a member ({} ms) is shorter than its session limit ({} ms)", settings_.member_stall.count(),
                      settings_.session_limit.count()));
    if (settings_.member_stall > std::chrono::hours(24)) add("the stall of a member is longer than 24 h");
    at_least("the compacted segment in ms", settings_.compacted_segment.count(), 1);
    at_least("history streams", static_cast<std::int64_t>(settings_.history_streams), 1);
    at_least("the bytes of a record", static_cast<std::int64_t>(settings_.record_bytes), 1'024);
    if (settings_.record_bytes > (64U << 20U)) add("a record may have at most 64 MiB");
    if (settings_.queue_bytes < settings_.record_bytes) add("the queue has no room for one record of the largest size");
  }

  const KafkaSettings& settings_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> problems(const KafkaSettings& settings) { return Findings(settings).all(); }

}  // namespace zhida::log
