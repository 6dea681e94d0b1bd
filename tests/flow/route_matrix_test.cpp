// Every operation of the document × every role × the bureau that owns what is asked for and another one, against the running program.

#include "domain/date_time.hpp"
#include "platform/http/status.hpp"
#include "support/openapi.hpp"
#include "support/standalone.hpp"
#include "support/temporary_directory.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace zhida {
namespace {

using test::Answer;
using test::HeaderList;
using test::OpenApi;

constexpr std::array roles{"data_centre", "operator", "approver", "page", "analyst", "auditor", "admin"};
constexpr const char* owner = "jw";
constexpr const char* stranger = "kcb";
/// In the titles of everything that belongs to `owner`.
constexpr const char* mark = "OWNED-BY-JW";
constexpr const char* enterprise = "91310117MA1J0GBX1G";
constexpr const char* region = "310117";          // of the enterprise
constexpr const char* foreign_region = "310101";  // not of it
constexpr const char* never_issued = "zk_0000000000000000000000000000000000000000000";

/// One request of an operation that succeeds for those who may make it.
struct Sample {
  std::string target;
  std::set<int> expected{200};
  std::string body{};
  HeaderList headers{};
  std::set<int> for_strangers{};  ///< where that is not `expected`, nor 404 because the entity is the owner's
};

/// A running system with something in every state that requests need. Everything belongs to `owner`.
class World {
 public:
  World() : system_(files_.path()) {
    for (const char* bureau : {owner, stranger})
      for (const char* role : roles) {
        std::string key;
        const std::string directory = files_.path().string();
        EXPECT_EQ(test::run_zhida({"keys", "add", "--data", directory, "--role", role, "--bureau", bureau}, &key), 0);
        key.erase(key.find_last_not_of("\r\n") + 1);
        keys_[{role, bureau}] = key;
      }
    for (const char* scope : {region, foreign_region})
      for (const char* role : roles) {
        std::string key;
        const std::string directory = files_.path().string();
        EXPECT_EQ(test::run_zhida({"keys", "add", "--data", directory, "--role", role, "--bureau", owner, "--region", scope}, &key), 0);
        key.erase(key.find_last_not_of("\r\n") + 1);
        keys_[{role, scope}] = key;
      }
    const std::string last = key("admin", foreign_region);
    EXPECT_TRUE(test::eventually([&] { return system_.get("/operator/v1/items", last).status == 200; }));
    must("patch", "/operator/v1/enterprises/" + enterprise_, "data_centre",
         R"({"attributes":{"employees":{"value":20,"source":"人社局","as_of":"2024-01-01"},)"
         R"("region_district":{"value":"310117","source":"市场监管局","as_of":"2024-01-01"}}})");
    item_ = published_item();
    pushed_ = campaign_in("running");
    EXPECT_TRUE(test::eventually([&] {
      const Answer inbox = ask("get", "/page/v1/enterprises/" + enterprise_ + "/inbox", key("page", owner));
      if (!inbox.at("items").IsArray() || inbox.at("items").Empty()) return false;
      link_ = inbox.at("items")[0]["link"].GetString();
      intent_ = inbox.at("items")[0]["intent"].GetString();
      return true;
    })) << "nothing arrives in the inbox";
  }

  /// Of a bureau, or of `owner` limited to a region.
  const std::string& key(const std::string& role, const std::string& bureau_or_region) const { return keys_.at({role, bureau_or_region}); }

  Answer ask(const std::string& verb, const std::string& target, const std::string& with_key, const std::string& body = "",
             const HeaderList& headers = {}) const {
    static const std::map<std::string, http::Verb> verbs{
        {"get", http::Verb::get}, {"post", http::Verb::post}, {"put", http::Verb::put}, {"patch", http::Verb::patch}};
    return system_.ask(verbs.at(verb), target, with_key, body, headers);
  }

  /// Asks as the owner's `role` and expects success.
  Answer must(const std::string& verb, const std::string& target, const std::string& role, const std::string& body = "",
              const HeaderList& headers = {}) const {
    Answer answer = ask(verb, target, key(role, owner), body, headers);
    EXPECT_TRUE(answer.status >= 200 && answer.status < 300) << verb << " " << target << ": " << answer.status << " " << answer.body;
    return answer;
  }

  std::string document() {
    const std::string id = fresh("D");
    must("put", "/operator/v1/documents/" + id, "operator", document_body());
    return id;
  }
  std::string drafted_item() {
    const std::string id = fresh("I");
    must("put", "/operator/v1/items/" + id, "operator", item_body());
    return id;
  }
  std::string published_item() {
    const std::string id = drafted_item();
    must("post", "/operator/v1/items/" + id + "/publish", "approver");
    return id;
  }
  std::string package() {
    const std::string id = fresh("P");
    must("put", "/operator/v1/packages/" + id, "operator", package_body());
    return id;
  }
  /// A campaign that was brought to `state`.
  std::string campaign_in(const std::string& state) {
    const Answer made = must("post", "/operator/v1/campaigns", "operator", campaign_body());
    const std::string id = made.at("id").IsString() ? made.at("id").GetString() : "none";
    const std::string at = "/operator/v1/campaigns/" + id;
    if (state == "draft") return id;
    if (state == "cancelled") {
      must("post", at + "/cancel", "operator");
      return id;
    }
    const Answer submitted = must("post", at + "/submit", "operator");
    if (state == "in_review") return id;
    must("post", at + "/approve", "approver", fmt::format(R"({{"content_hash":"{}"}})", submitted.at("content_hash").GetString()));
    if (state == "approved") return id;
    must("post", at + "/launch", "operator");
    return id;
  }
  std::string content_hash(const std::string& campaign) const {
    return must("get", "/operator/v1/campaigns/" + campaign, "operator").at("content_hash").GetString();
  }

  std::string document_body() const { return fmt::format(R"({{"title":"{} 文件","level":"district","region":"310117"}})", mark); }
  std::string item_body() const { return fmt::format(R"({{"title":"{} 事项","rule":"p.employees >= 1","mode":"apply"}})", mark); }
  std::string package_body() const { return fmt::format(R"({{"title":"{} 礼包","items":["{}"]}})", mark, item_); }
  std::string campaign_body() {
    if (package_.empty()) package_ = package();
    return fmt::format(
        R"({{"title":"{} 投放","package":"{}","audience":{{"list":["{}"]}},"channels":["page"],"valid_until":"2049-12-31"}})", mark,
        package_, enterprise_);
  }

  const std::string& item() const { return item_; }
  const std::string& pushed() const { return pushed_; }  ///< a campaign that reached the enterprise
  const std::string& link() const { return link_; }
  const std::string& intent() const { return intent_; }
  const std::string& enterprise_code() const { return enterprise_; }

 private:
  std::string fresh(const char* kind) { return kind + std::to_string(++made_); }

  test::TemporaryDirectory files_;
  test::Standalone system_;
  std::map<std::pair<std::string, std::string>, std::string> keys_;
  int made_ = 0;
  std::string enterprise_ = enterprise;
  std::string item_, package_, pushed_, link_, intent_;
};

std::string now_text() { return domain::format_instant(std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())); }

/// By operation: makes what a request needs, and the request. Called again for every request that may change something.
using Samples = std::map<std::string, std::function<Sample(World&)>>;

void add_enterprise_samples(Samples& samples) {
  const HeaderList lines{{"Content-Type", "application/x-ndjson"}};
  samples["patch_enterprise"] = [](World& world) {
    return Sample{"/operator/v1/enterprises/" + world.enterprise_code(), {200}, R"({"attributes":{}})"};
  };
  samples["get_enterprise"] = [](World& world) { return Sample{"/operator/v1/enterprises/" + world.enterprise_code()}; };
  samples["enterprise_timeline"] = [](World& world) { return Sample{"/operator/v1/enterprises/" + world.enterprise_code() + "/timeline"}; };
  samples["ingest_enterprises"] = [lines](World& world) {
    return Sample{"/operator/v1/enterprises", {200}, fmt::format("{{\"uscc\":\"{}\"}}\nno json\n", world.enterprise_code()), lines};
  };
  samples["ingest_determinations"] = [lines](World&) { return Sample{"/operator/v1/determinations", {200}, "{}\n", lines}; };
  samples["ingest_outcomes"] = [lines](World& world) {
    return Sample{"/operator/v1/outcomes",
                  {200},
                  fmt::format(R"({{"id":"o1","uscc":"{}","item":"{}","type":"applied","at":"{}"}})", world.enterprise_code(), world.item(),
                              now_text()),
                  lines};
  };
}

void add_catalogue_samples(Samples& samples) {
  samples["list_attributes"] = [](World&) { return Sample{"/operator/v1/attributes"}; };
  samples["check_rule"] = [](World&) { return Sample{"/operator/v1/rules/check", {200}, R"({"rule":"p.employees >= 20"})"}; };
  samples["preview_audience"] = [](World&) {
    return Sample{"/operator/v1/rules/audience", {200}, R"({"rule":"p.employees >= 20","near":true,"sample":3})"};
  };
  samples["preview_impact"] = [](World&) {
    return Sample{"/operator/v1/rules/impact", {200}, R"({"old":"p.employees >= 20","new":"p.employees >= 10","sample":3})"};
  };
  samples["item_impact"] = [](World& world) { return Sample{"/operator/v1/items/" + world.drafted_item() + "/impact?sample=3"}; };
  samples["list_documents"] = [](World&) { return Sample{"/operator/v1/documents"}; };
  samples["list_items"] = [](World&) { return Sample{"/operator/v1/items"}; };
  samples["list_packages"] = [](World&) { return Sample{"/operator/v1/packages"}; };
  samples["get_document"] = [](World& world) { return Sample{"/operator/v1/documents/" + world.document()}; };
  samples["get_item"] = [](World& world) { return Sample{"/operator/v1/items/" + world.item()}; };
  samples["get_package"] = [](World& world) { return Sample{"/operator/v1/packages/" + world.package()}; };
  samples["put_document"] = [](World& world) {
    return Sample{"/operator/v1/documents/" + world.document(), {200}, world.document_body(), {{"If-Match", "\"1\""}}};
  };
  samples["put_item"] = [](World& world) {
    return Sample{"/operator/v1/items/" + world.drafted_item(), {200}, world.item_body(), {{"If-Match", "\"1\""}}};
  };
  samples["put_package"] = [](World& world) {
    return Sample{"/operator/v1/packages/" + world.package(), {200}, world.package_body(), {{"If-Match", "\"1\""}}};
  };
  samples["publish_item"] = [](World& world) { return Sample{"/operator/v1/items/" + world.drafted_item() + "/publish"}; };
  samples["withdraw_item"] = [](World& world) { return Sample{"/operator/v1/items/" + world.published_item() + "/withdraw"}; };
}

void add_campaign_samples(Samples& samples) {
  samples["create_campaign"] = [](World& world) {
    return Sample{"/operator/v1/campaigns", {201}, world.campaign_body(), {}, {422}};  // a stranger does not know the package
  };
  samples["list_campaigns"] = [](World&) { return Sample{"/operator/v1/campaigns"}; };
  samples["get_campaign"] = [](World& world) { return Sample{"/operator/v1/campaigns/" + world.pushed()}; };
  samples["edit_campaign"] = [](World& world) {
    return Sample{"/operator/v1/campaigns/" + world.campaign_in("draft"), {200}, world.campaign_body(), {{"If-Match", "\"1\""}}};
  };
  // Its stream ends by itself, for it has ended.
  samples["preview_campaign"] = [](World& world) { return Sample{"/operator/v1/campaigns/" + world.pushed() + "/preview"}; };
  samples["campaign_progress"] = [](World& world) {
    return Sample{"/operator/v1/campaigns/" + world.campaign_in("cancelled") + "/progress"};
  };
  const auto action = [&samples](const std::string& word, const std::string& state, std::set<int> expected) {
    samples[word + "_campaign"] = [word, state, expected](World& world) {
      return Sample{"/operator/v1/campaigns/" + world.campaign_in(state) + "/" + word, expected};
    };
  };
  action("submit", "draft", {200});
  action("reject", "in_review", {200});
  action("launch", "approved", {200});
  action("cancel", "approved", {200});
  // So small an audience is decided and delivered at once: it may be completed before the request comes.
  action("pause", "running", {200, 409});
  action("resume", "running", {409});
  samples["approve_campaign"] = [](World& world) {
    const std::string id = world.campaign_in("in_review");
    return Sample{"/operator/v1/campaigns/" + id + "/approve", {200}, fmt::format(R"({{"content_hash":"{}"}})", world.content_hash(id))};
  };
}

void add_record_samples(Samples& samples) {
  samples["list_audit"] = [](World&) { return Sample{"/operator/v1/audit"}; };
  samples["list_dead_letters"] = [](World&) { return Sample{"/operator/v1/dead-letters"}; };
  samples["replay_dead_letter"] = [](World&) { return Sample{"/operator/v1/dead-letters/intents.0.99999999/replay", {404}}; };
}

void add_page_samples(Samples& samples) {
  const auto page = [&samples](const std::string& name, const std::string& rest) {
    samples[name] = [rest](World& world) { return Sample{"/page/v1/enterprises/" + world.enterprise_code() + rest}; };
  };
  page("page_inbox", "/inbox");
  page("page_checkup", "/checkup");
  samples["page_self_test"] = [](World& world) {
    return Sample{"/page/v1/enterprises/" + world.enterprise_code() + "/checkup", {200}, R"({"answers":{"employees":3}})"};
  };
  samples["page_checkup_item"] = [](World& world) {
    return Sample{"/page/v1/enterprises/" + world.enterprise_code() + "/checkup/" + world.item()};
  };
  samples["page_policies"] = [](World& world) { return Sample{"/page/v1/policies?fits=" + world.enterprise_code()}; };
  samples["page_item"] = [](World& world) { return Sample{"/page/v1/items/" + world.item()}; };
  samples["page_document"] = [](World& world) { return Sample{"/page/v1/documents/" + world.document()}; };
  samples["page_engagements"] = [](World& world) {
    const std::string event = R"({{"events":[{{"id":"e1","intent":"{}","type":"seen","at":"{}"}},{{"id":"e2"}}]}})";
    return Sample{"/page/v1/engagements", {202}, fmt::format(fmt::runtime(event), world.intent(), now_text())};
  };
  samples["click"] = [](World& world) { return Sample{world.link(), {302}}; };
}

void add_effect_samples(Samples& samples) {
  const auto campaign = [&samples](const std::string& name, const std::string& rest) {
    samples[name] = [rest](World& world) { return Sample{"/effect/v1/campaigns/" + world.pushed() + rest}; };
  };
  campaign("campaign_funnel", "/funnel");
  campaign("campaign_series", "/series?step=hour");
  campaign("export_intents", "/intents");
  samples["item_effect"] = [](World& world) { return Sample{"/effect/v1/items/" + world.item()}; };
  samples["metrics_by_dimension"] = [](World&) { return Sample{"/effect/v1/metrics?measure=delivered&by=campaign"}; };
  samples["begin_verify"] = [](World&) { return Sample{"/effect/v1/verify", {200, 202, 409}}; };
  samples["get_verify"] = [](World&) { return Sample{"/effect/v1/verify/none", {404}}; };
}

void add_own_samples(Samples& samples) {
  const std::map<std::string, std::string> plain{
      {"health", "/healthz"},         {"readiness", "/readyz"},     {"metrics", "/metrics"},          {"docs", "/docs"},
      {"docs_css", "/docs/docs.css"}, {"docs_js", "/docs/docs.js"}, {"openapi", "/docs/openapi.json"}};
  for (const auto& [name, target] : plain) samples[name] = [path = target](World&) { return Sample{path}; };
}

Samples all_samples() {
  Samples samples;
  add_enterprise_samples(samples);
  add_catalogue_samples(samples);
  add_campaign_samples(samples);
  add_record_samples(samples);
  add_page_samples(samples);
  add_effect_samples(samples);
  add_own_samples(samples);
  return samples;
}

/// The whole matrix of one operation.
class Row {
 public:
  Row(World& world, const OpenApi& api, const OpenApi::Operation& operation, const std::function<Sample(World&)>& make)
      : world_(world), api_(api), operation_(operation), make_(make), allowed_(operation.roles()) {}

  void check() {
    Sample sample = make_(world_);
    if (!operation_.text("x-access").empty()) {
      expect(sample, "", sample.expected, "without a key");
      for (const char* role : roles) expect(sample, world_.key(role, owner), sample.expected, role);
      return;
    }
    expect(sample, "", {401}, "without a key");
    expect(sample, never_issued, {401}, "with a key that was never issued");
    for (const char* role : roles) {
      if (may(role)) continue;
      for (const char* bureau : {owner, stranger}) expect(sample, world_.key(role, bureau), {403}, std::string(role) + " of " + bureau);
    }
    const bool hidden = operation_.has("x-bureau-scoped") && operation_.path.find('{') != std::string::npos;
    std::set<int> for_strangers = sample.for_strangers.empty() ? sample.expected : sample.for_strangers;
    if (hidden) for_strangers = {404};
    for (const char* role : roles) {
      if (!may(role)) continue;
      const Answer answer = expect(sample, world_.key(role, stranger), for_strangers, std::string(role) + " of another bureau");
      const bool shows = !sample.target.starts_with("/page/") && answer.body.find(mark) != std::string::npos;
      EXPECT_FALSE(shows) << operation_.id() << " shows what is another bureau's: " << answer.body;
    }
    for (const char* role : roles) {
      if (!may(role)) continue;
      if (operation_.verb != "get") sample = make_(world_);
      expect(sample, world_.key(role, owner), sample.expected, role);
    }
    check_regions();
  }

 private:
  /// A key that is limited to a region: enterprises of another are not there; campaigns that reach beyond are not for it to change.
  void check_regions() {
    const bool of_enterprise = operation_.path.find("{uscc}") != std::string::npos;
    const bool changes_campaign = operation_.verb != "get" && operation_.path.find("/operator/v1/campaigns/{id}") != std::string::npos;
    for (const char* role : roles) {
      if (!may(role)) continue;
      if (of_enterprise) {
        const Sample sample = make_(world_);
        expect(sample, world_.key(role, region), sample.expected, std::string(role) + " of the enterprise's region");
        expect(sample, world_.key(role, foreign_region), {404}, std::string(role) + " of another region");
      }
      if (changes_campaign) {
        const Sample sample = make_(world_);
        expect(sample, world_.key(role, region), {403}, std::string(role) + " limited to a region");
      }
    }
  }

  bool may(const std::string& role) const { return std::ranges::find(allowed_, role) != allowed_.end(); }

  Answer expect(const Sample& sample, const std::string& key, const std::set<int>& statuses, const std::string& who) {
    Answer answer = world_.ask(operation_.verb, sample.target, key, sample.body, sample.headers);
    EXPECT_TRUE(statuses.contains(answer.status))
        << operation_.verb << " " << sample.target << " as " << who << ": " << answer.status << " " << answer.body.substr(0, 500);
    EXPECT_TRUE(api_.allows(operation_, answer.status, answer.headers.get("Content-Type"), answer.body)) << "as " << who;
    return answer;
  }

  World& world_;
  const OpenApi& api_;
  const OpenApi::Operation& operation_;
  const std::function<Sample(World&)>& make_;
  std::vector<std::string> allowed_;
};

TEST(RouteMatrix, EveryOperationAnswersEveryRoleOfItsOwnAndOfAnotherBureauAsDescribed) {
  const OpenApi api;
  const Samples samples = all_samples();
  for (const auto& [name, _] : samples) EXPECT_NO_THROW(api.operation(name)) << "a sample without an operation";
  World world;
  if (HasFailure()) return;
  for (const OpenApi::Operation& operation : api.operations()) {
    const auto sample = samples.find(operation.id());
    if (sample == samples.end()) {
      ADD_FAILURE() << operation.id() << " has no sample request: add one";
      continue;
    }
    SCOPED_TRACE(operation.id());
    Row(world, api, operation, sample->second).check();
  }
}

TEST(RouteMatrix, AnAuditorReadsEverythingButInboxes) {
  const OpenApi api;
  for (const OpenApi::Operation& operation : api.operations()) {
    if (operation.verb != "get" || !operation.text("x-access").empty()) continue;
    const auto allowed = operation.roles();
    EXPECT_EQ(std::ranges::find(allowed, "auditor") == allowed.end(), operation.id() == "page_inbox") << operation.id();
  }
}

}  // namespace
}  // namespace zhida
