// zhida: every service of the system in one process, and the tools around it.
//
//   serve     starts the system on a data directory       sample       makes and loads synthetic enterprises
//   status    where it is reached, example requests       rule         checks a rule's text
//   keys      makes, lists and removes API keys           verify       compares what is served with the log
//   backup    copies the log of a running system          restore      makes a directory from a backup
//   cluster   starts the services apart, on this machine  gateway      the entry port of services apart
//   topics    makes and verifies the topics of a cluster  healthcheck  asks a process whether it is alive

#include "cluster/cluster.hpp"
#include "gateway/gateway.hpp"
#include "standalone/client/api_client.hpp"
#include "standalone/client/backup.hpp"
#include "standalone/client/health.hpp"
#include "standalone/client/keys.hpp"
#include "standalone/client/rule_check.hpp"
#include "standalone/client/status.hpp"
#include "standalone/client/topics.hpp"
#include "standalone/client/verify.hpp"
#include "standalone/sample/generate.hpp"
#include "standalone/sample/load.hpp"
#include "standalone/serve.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <sys/stat.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <functional>
#include <string>

namespace {

namespace asio = boost::asio;
using namespace zhida;
using namespace zhida::standalone;

/// Runs one coroutine to its end; its exception becomes ours.
void run(asio::awaitable<void> work) {
  asio::io_context context(1);
  std::exception_ptr failure;
  asio::co_spawn(context, std::move(work), [&failure](std::exception_ptr error) { failure = error; });
  context.run();
  if (failure) std::rethrow_exception(failure);
}

void add_directory(CLI::App& command, node::DataDirectory& directory) {
  command.add_option("--data", directory.path, "Data directory")->envname("ZHIDA_DATA")->capture_default_str();
}

void add_server(CLI::App& command, TargetSystem& system) {
  command.add_option("--server", system.server, "host:port of a system elsewhere; default: the one that serves the directory")
      ->envname("ZHIDA_SERVER");
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a peer that goes away is an error code, not our end
  std::signal(SIGXFSZ, SIG_IGN);  // so is a file that may not grow
  ::umask(S_IRWXG | S_IRWXO);     // the log and Redis hold what enterprises have entrusted to us

  CLI::App app("Zhida 直达: policies find enterprises (政策找企业)", "zhida");
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  TargetSystem system{.directory = {"data"}, .server = ""};
  node::DataDirectory& directory = system.directory;
  std::function<void()> action;

  CLI::App& serve = *app.add_subcommand("serve", "Start the system on a data directory; ends cleanly on SIGINT and SIGTERM");
  ServeSettings settings;
  add_directory(serve, directory);
  add_options(serve, settings);
  serve.callback([&] { action = [&] { serve_directory(directory, settings); }; });

  CLI::App& whole_cluster = *app.add_subcommand("cluster", "Start a broker, Redis and every service as its own process on this machine");
  cluster::Settings cluster_settings;
  cluster::add_options(whole_cluster, cluster_settings);
  whole_cluster.callback([&] { action = [&] { cluster::serve(cluster_settings); }; });

  CLI::App& entry = *app.add_subcommand("gateway", "The entry port of a cluster: hands requests to the services' processes");
  gateway::Settings gateway_settings;
  gateway::add_options(entry, gateway_settings);
  entry.callback([&] { action = [&] { gateway::serve(gateway_settings); }; });

  CLI::App& status = *app.add_subcommand("status", "Say where the system is reached, with an example request per user");
  int patience = 60;
  add_directory(status, directory);
  add_server(status, system);
  status.add_option("--wait", patience, "Seconds to wait until it is ready")->check(CLI::Range(0, 3600))->capture_default_str();
  status.callback([&] { action = [&] { run(print_status(system, std::chrono::seconds(patience))); }; });

  CLI::App& sample = *app.add_subcommand("sample", "Synthetic enterprises of Songjiang and 99 real policies");
  sample.require_subcommand(1);
  SampleSettings sample_settings;
  const auto add_sample_options = [&sample_settings](CLI::App& command) {
    command.add_option("--enterprises", sample_settings.enterprises, "How many enterprises")
        ->check(CLI::Range(0, 50'000'000))
        ->capture_default_str();
    command.add_option("--seed", sample_settings.seed, "The same seed gives the same enterprises")->capture_default_str();
  };
  CLI::App& generate = *sample.add_subcommand("generate", std::string(generate_help));
  add_sample_options(generate);
  generate.callback([&] { action = [&] { generate_sample(sample_settings, stdout); }; });
  CLI::App& load = *sample.add_subcommand("load", "Load policies, packages and enterprises into the running system");
  add_directory(load, directory);
  add_server(load, system);
  add_sample_options(load);
  load.callback([&] {
    action = [&] {
      run(wait_until_ready(system, std::chrono::seconds(120)));
      run(load_sample(system, sample_settings));
    };
  });

  CLI::App& rule = *app.add_subcommand("rule", "Eligibility rules");
  rule.require_subcommand(1);
  CLI::App& check = *rule.add_subcommand("check", "Check the text of a rule against the attribute dictionary");
  std::string rule_text;
  check.add_option("RULE", rule_text, "CEL text; - reads standard input")->required();
  check.callback([&] { action = [&] { check_rule(rule_text); }; });

  CLI::App& keys = *app.add_subcommand("keys", "API keys");
  keys.require_subcommand(1);
  NewKey new_key;
  CLI::App& add = *keys.add_subcommand("add", "Make a key and print it; only its hash is kept");
  add_directory(add, directory);
  add.add_option("--role", new_key.role, "data_centre, operator, approver, page, analyst, auditor or admin")->required();
  add.add_option("--bureau", new_key.bureau, "Code of schemas/reference/bureaus.csv")->capture_default_str();
  add.add_option("--region", new_key.region, "District or street the key is limited to");
  add.add_option("--id", new_key.id, "Name of the key in audit records");
  add.callback([&] { action = [&] { add_key(directory, new_key); }; });
  CLI::App& list = *keys.add_subcommand("list", "List the keys' names, roles and bureaux");
  add_directory(list, directory);
  list.callback([&] { action = [&] { list_keys(directory); }; });
  CLI::App& remove = *keys.add_subcommand("remove", "Refuse a key from now on");
  std::string key_id;
  add_directory(remove, directory);
  remove.add_option("ID", key_id, "Name of the key")->required();
  remove.callback([&] { action = [&] { remove_key(directory, key_id); }; });

  CLI::App& prepare = *keys.add_subcommand("prepare", "Make the master key that the services of a cluster share, unless it is there");
  bool trial = false;
  add_directory(prepare, directory);
  prepare.add_flag("--trial", trial, "Also an API key for each role, in dev-keys.json");
  prepare.callback([&] { action = [&] { prepare_keys(directory, trial); }; });

  CLI::App& topics = *app.add_subcommand("topics", "Make the topics of a cluster that are missing, verify all of them, and end");
  node::ClusterOptions log_options;
  log_options.add_log_to(topics);
  topics.callback([&] { action = [&] { prepare_topics(log_options.log_settings()); }; });

  CLI::App& health = *app.add_subcommand("healthcheck", "Succeed if a process answers 200; what its container asks");
  Address process{"127.0.0.1", 8080};
  std::string path = "/healthz";
  health.add_option("--host", process.host, "Where it listens")->capture_default_str();
  health.add_option("--port", process.port, "Its port")->envname("ZHIDA_PORT")->capture_default_str();
  health.add_option("PATH", path, "What is asked for")->capture_default_str();
  health.callback([&] { action = [&] { run(check_health(process, path)); }; });

  CLI::App& verify = *app.add_subcommand("verify", "Compare what the running system serves with an independent fold of its log");
  add_directory(verify, directory);
  add_server(verify, system);
  verify.callback([&] { action = [&] { run(verify_running(system)); }; });

  CLI::App& backup = *app.add_subcommand("backup", "Copy the log and keys of a directory, running or not");
  std::string target;
  add_directory(backup, directory);
  backup.add_option("TARGET", target, "A directory that does not exist yet")->required();
  backup.callback([&] { action = [&] { back_up(directory, target); }; });

  CLI::App& restore = *app.add_subcommand("restore", "Make a data directory from a backup; Redis is folded anew at its first start");
  std::string source;
  add_directory(restore, directory);
  restore.add_option("BACKUP", source, "What `zhida backup` made")->required();
  restore.callback([&] { action = [&] { restore_backup(source, directory); }; });

  CLI11_PARSE(app, argc, argv);
  try {
    action();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "zhida: %s\n", error.what());
    return 1;
  }
}
