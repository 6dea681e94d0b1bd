#include "standalone/sample/load.hpp"

#include "platform/json/canonical.hpp"
#include "platform/json/document.hpp"
#include "platform/json/writer.hpp"
#include "platform/process/durable_file.hpp"
#include "schemas/files.hpp"
#include "standalone/client/api_client.hpp"
#include "standalone/client/progress_bar.hpp"
#include "standalone/sample/generator.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace zhida::standalone {
namespace {

namespace asio = boost::asio;

constexpr std::string_view items_folder = "samples/items/";

http::ClientRequest put(std::string target, std::string body) {
  http::ClientRequest request(http::Verb::put, std::move(target), std::move(body));
  request.set("Content-Type", "application/json");
  return request;
}

/// Puts what is not there yet; what is there, from a load that was cut off or changed since, stays as it is.
asio::awaitable<void> put_if_absent(ApiClient& api, std::string target, std::string body) {
  http::ClientRequest request = put(std::move(target), std::move(body));
  const http::ClientResponse response = co_await api.send("operator", std::move(request));
  if (response.status == http::Status::precondition_required || response.status < http::Status::bad_request) co_return;
  throw CommandFailed("the sample was refused: " + sentence_of(response));
}

/// Empty if there is no such item.
asio::awaitable<std::string> state_of(ApiClient& api, const std::string& id) {
  http::ClientRequest request(http::Verb::get, "/operator/v1/items/" + id);
  const http::ClientResponse response = co_await api.send("operator", std::move(request));
  if (response.status != http::Status::ok) co_return std::string();
  const json::Parsed item = json::parse(response.body);
  const json::Value* state = item ? json::find(*item, "state") : nullptr;
  co_return state != nullptr && state->IsString() ? std::string(json::text_of(*state)) : std::string();
}

/// Documents before the items that name them, publication by another key than the author's.
asio::awaitable<void> load_policies(ApiClient& api) {
  std::vector<schemas::File> files;
  for (const schemas::File& file : schemas::files())
    if (file.path.starts_with(items_folder)) files.push_back(file);

  ProgressBar bar("policies", files.size());
  for (const schemas::File& file : files) {
    const json::Parsed sample = json::parse(std::string(file.bytes));
    if (!sample) throw CommandFailed("schemas/" + std::string(file.path) + " is damaged: " + sample.error().field.detail);
    const std::string id(json::text_of(*json::find(*sample, "id")));
    const std::string state = co_await state_of(api, id);  // of an earlier load, if it was cut off behind it
    if (state.empty()) {
      co_await put_if_absent(api, "/operator/v1/documents/" + id, json::canonical(*json::find(*sample, "document")));
      co_await put_if_absent(api, "/operator/v1/items/" + id, json::canonical(*json::find(*sample, "item")));
    }
    if (state.empty() || state == "draft") {
      http::ClientRequest publish(http::Verb::post, "/operator/v1/items/" + id + "/publish");
      co_await api.expect("approver", std::move(publish));
    }
    bar.advance();
  }
  bar.finish();
}

asio::awaitable<void> load_packages(ApiClient& api) {
  const json::Parsed packages = json::parse(std::string(schemas::file("samples/packages.json")));
  if (!packages || !packages->IsArray()) throw CommandFailed("schemas/samples/packages.json is damaged");
  ProgressBar bar("packages", packages->Size());
  for (const json::Value& package : packages->GetArray()) {
    std::string body;
    json::Writer writer(body);
    writer.begin_object();
    for (const auto& member : package.GetObject())
      if (json::text_of(member.name) != "id") writer.raw_field(json::text_of(member.name), json::canonical(member.value));
    writer.end_object();
    co_await put_if_absent(api, "/operator/v1/packages/" + std::string(json::text_of(*json::find(package, "id"))), std::move(body));
    bar.advance();
  }
  bar.finish();
}

/// Lines of the bulk upload, made as fast as they are taken.
class EnterpriseLines {
 public:
  EnterpriseLines(const enterprise::IndustryTree& industries, SampleSettings settings, ProgressBar& bar)
      : generator_(industries, settings.seed), count_(settings.enterprises), bar_(bar) {}

  asio::awaitable<std::string> next() {
    std::string piece;
    const std::uint64_t end = std::min(count_, made_ + 20);
    bar_.advance(end - made_);
    for (; made_ < end; ++made_) generator_.append_line(made_, piece);
    co_return piece;
  }

 private:
  SampleGenerator generator_;
  std::uint64_t count_;
  std::uint64_t made_ = 0;
  ProgressBar& bar_;
};

asio::awaitable<void> load_enterprises(ApiClient& api, SampleSettings settings) {
  auto industries = enterprise::IndustryTree::parse(schemas::file("reference/industries.csv"));
  ProgressBar bar("enterprises", settings.enterprises);
  EnterpriseLines lines(industries.value(), settings, bar);
  http::ClientRequest request(http::Verb::post, "/operator/v1/enterprises");
  request.set("Content-Type", "application/x-ndjson").set("Authorization", api.authorization("data_centre"));
  std::string answer;
  http::Client::Producer producer = [&lines] { return lines.next(); };
  http::Client::Sink sink = [&answer](std::string_view piece) { answer += piece; };
  const http::ClientResponse response = co_await api.connection().upload(std::move(request), std::move(producer), std::move(sink));
  if (response.status != http::Status::ok) throw CommandFailed("the enterprises were refused: " + answer);

  while (!answer.empty() && answer.back() == '\n') answer.pop_back();
  const std::string last = answer.substr(answer.rfind('\n') + 1);  // npos + 1 = 0: a single line
  const json::Parsed summary = json::parse(last);
  const json::Value* accepted = summary ? json::find(*summary, "accepted") : nullptr;
  if (accepted == nullptr || !accepted->IsUint64() || accepted->GetUint64() != settings.enterprises)
    throw CommandFailed("not every enterprise was accepted: " + answer.substr(0, 2000));
  bar.finish();
}

std::string marker_of(SampleSettings settings) {
  std::string text;
  json::Writer(text).begin_object().field("enterprises", settings.enterprises).field("seed", settings.seed).end_object();
  return text + "\n";
}

bool loaded_before(const node::DataDirectory& directory, SampleSettings settings) {
  std::ifstream stream(directory.sample());
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str() == marker_of(settings);
}

}  // namespace

asio::awaitable<void> load_sample(const TargetSystem& system, SampleSettings settings) {
  if (loaded_before(system.directory, settings)) co_return;
  ApiClient api(co_await asio::this_coro::executor, system);
  co_await load_policies(api);
  co_await load_packages(api);
  co_await load_enterprises(api, settings);
  process::write_durably(system.directory.sample(), marker_of(settings));
}

}  // namespace zhida::standalone
