#include "standalone/serve.hpp"

#include <CLI/CLI.hpp>

namespace zhida::standalone {

void add_options(CLI::App& command, ServeSettings& settings) {
  command.add_option("--address", settings.address, "Address to listen on")
      ->envname("ZHIDA_ADDRESS")
      ->check(CLI::ValidIPV4)
      ->capture_default_str();
  command.add_option("--port", settings.port, "HTTP port; 0 picks a free one")->envname("ZHIDA_PORT")->capture_default_str();
  command.add_option("--partitions", settings.partitions, "Partitions of the log; fixed when the directory is made")
      ->envname("ZHIDA_PARTITIONS")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command.add_option("--redis", settings.redis, "URL of an outside Redis or cluster; default: a child of our own")->envname("ZHIDA_REDIS");
  command.add_option("--redis-server", settings.redis_server, "Program of that child")->envname("ZHIDA_REDIS_SERVER");
  command.add_option("--page-url", settings.page_url, "Where the link of a package without target leads")
      ->envname("ZHIDA_PAGE_URL")
      ->capture_default_str();
  command.add_option("--link-hosts", settings.link_hosts, "Hosts of links beside *.gov.cn and those of the sample")
      ->envname("ZHIDA_LINK_HOSTS")
      ->delimiter(',');
  command.add_option("--log-level", settings.log_level, "debug, info, warning or error")
      ->envname("ZHIDA_LOG_LEVEL")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();
}

}  // namespace zhida::standalone
