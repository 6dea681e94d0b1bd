#include "node/link_hosts.hpp"

#include "domain/policy/links.hpp"
#include "platform/json/document.hpp"
#include "schemas/files.hpp"

#include <set>
#include <utility>

namespace zhida::node {
namespace {

std::set<std::string> sample_hosts() {
  std::set<std::string> hosts;
  const auto add = [&hosts](const json::Value* url) {
    if (url == nullptr || !url->IsString()) return;
    if (auto host = policy::host_of(json::text_of(*url))) hosts.insert(std::move(*host));
  };
  for (const schemas::File& file : schemas::files()) {
    if (!file.path.starts_with("samples/items/")) continue;
    const json::Parsed sample = json::parse(std::string(file.bytes));
    const json::Value* document = sample ? json::find(*sample, "document") : nullptr;
    const json::Value* item = sample ? json::find(*sample, "item") : nullptr;
    if (document != nullptr) add(json::find(*document, "source"));
    const json::Value* links = item != nullptr ? json::find(*item, "links") : nullptr;
    if (links != nullptr && links->IsArray())
      for (const json::Value& link : links->GetArray()) add(json::find(link, "url"));
  }
  return hosts;
}

}  // namespace

std::vector<std::string> link_hosts(std::vector<std::string> others) {
  others.emplace_back("*.gov.cn");
  for (const std::string& host : sample_hosts()) others.push_back(host);
  return others;
}

}  // namespace zhida::node
