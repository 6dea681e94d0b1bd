#include "page/inbox/campaign_template.hpp"

#include "contracts/json.hpp"
#include "domain/page/links.hpp"
#include "domain/policy/window.hpp"
#include "page/inbox/pinned_items.hpp"
#include "page/rule_words.hpp"
#include "page/shelf.hpp"

#include <algorithm>
#include <utility>

namespace zhida::page {
namespace {

using contracts::JsonWriter;

constexpr std::size_t most_conditions = 4;

std::string json_of(const std::string& text) {
  std::string json;
  JsonWriter(json).value(text);
  return json;
}

std::string joined(const std::vector<std::string>& conditions) {
  std::string text;
  for (std::size_t i = 0; i < std::min(conditions.size(), most_conditions); ++i) text += (i > 0 ? "，" : "") + conditions[i];
  if (conditions.size() > most_conditions) text += "等";
  return text;
}

/// Still shown to whoever got it, but no longer public or withdrawn.
policy::Validity validity_today(const PinnedItem& pinned, const policy::Document* document, domain::Date today) {
  if (document != nullptr && !is_public(*document)) return policy::Validity::withdrawn;
  return policy::validity_of(*pinned.item, pinned.version->version, document, today);
}

CampaignTemplate::Item make_item(stores::CatalogStore& catalog, const PinnedItem& pinned, std::uint16_t part,
                                 const std::vector<std::size_t>& counts, domain::Date today) {
  const policy::ItemContent& content = pinned.version->content;
  const auto document = content.document ? catalog.document(*content.document) : nullptr;
  const policy::Validity validity = validity_today(pinned, document.get(), today);
  CampaignTemplate::Item item;

  JsonWriter head(item.before_verdict);
  head.begin_object();
  head.member("id", pinned.item->id);
  head.member("version", pinned.version->version);
  head.member("title", content.title);
  head.member("mode", content.mode);
  if (content.mode == policy::Mode::for_comment) head.member("label_zh", draft_label);
  item.before_verdict += R"(,"verdict":")";
  item.before_amount = R"(","benefit":{"amount":)";
  item.before_links = R"(,"text_zh":)" + json_of(content.benefit ? content.benefit->text_zh : std::string()) + R"(},"validity":")" +
                      std::string(domain::name_of(validity)) + R"(","links":[)";

  for (std::uint16_t i = 0; i < content.links.size(); ++i) {
    const auto number = link_number({part, i}, counts);
    if (!number) break;
    CampaignTemplate::Link link;
    link.before = R"({"rel":")" + std::string(domain::name_of(content.links[i].rel)) + R"(","label_zh":)" +
                  json_of(content.links[i].label_zh) + R"(,"href":"/c/)";
    link.number = *number;
    item.links.push_back(std::move(link));
  }

  const bool can_be_had = validity == policy::Validity::effective || validity == policy::Validity::amended;
  if (can_be_had) item.deadline = policy::deadline_after(pinned.item->latest()->content, today);

  std::string holds = "《" + content.title + "》：";
  const auto compiled = catalog.compiled(pinned.item->id, pinned.version->version);
  const std::vector<std::string> conditions = compiled ? certain_conditions(compiled->rule) : std::vector<std::string>();
  holds += conditions.empty() ? "符合享受条件" : joined(conditions);
  item.why_eligible = json_of(holds);
  item.why_manual = json_of(holds + "；另有条件须人工认定");
  return item;
}

void add_audience(const campaign::Audience& audience, const std::shared_ptr<const matching::Language>& language,
                  std::vector<std::string>& why);

struct AudienceWords {
  const std::shared_ptr<const matching::Language>& language;
  std::vector<std::string>& why;

  void operator()(const campaign::RuleAudience& audience) const {
    const matching::CompiledRule compiled = matching::Rule::compile(language, audience.rule);
    const std::vector<std::string> conditions = compiled ? certain_conditions(*compiled.rule) : std::vector<std::string>();
    why.push_back(json_of(conditions.empty() ? "符合本次推送的对象条件" : "推送对象：" + joined(conditions)));
  }
  void operator()(const campaign::EligibleAudience&) const {}  // the items say it
  void operator()(const campaign::ListAudience&) const { why.push_back(json_of("列入责任单位的推送名单")); }
  void operator()(const campaign::JoinedAudience& audience) const {
    for (const campaign::Audience& part : audience.parts) add_audience(part, language, why);
  }
};

void add_audience(const campaign::Audience& audience, const std::shared_ptr<const matching::Language>& language,
                  std::vector<std::string>& why) {
  std::visit(AudienceWords{language, why}, audience.form);
}

/// The documents and interpretations in the package, with their page in this API instead of a click link.
std::string documents_member(const stores::CatalogStore& catalog, const campaign::Campaign& campaign) {
  std::string json;
  JsonWriter writer(json);
  writer.begin_array();
  for (const campaign::PinnedContent& content : campaign.package.contents) {
    if (content.type == policy::ContentType::item) continue;
    const auto document = catalog.document(content.id);
    if (!document || !is_public(*document)) continue;
    writer.begin_object();
    writer.member("id", document->id);
    writer.member("type", content.type);
    writer.member("title", document->title);
    writer.end_object();
  }
  writer.end_array();
  return json == "[]" ? std::string() : R"(,"documents":)" + json;
}

}  // namespace

CampaignTemplate make_template(stores::CatalogStore& catalog, const std::shared_ptr<const matching::Language>& language,
                               const campaign::Campaign& campaign, domain::Date today) {
  CampaignTemplate made;
  made.kind = campaign.package.kind;
  made.last_day = domain::date_of(campaign::end_of(campaign.plan) - std::chrono::milliseconds(1));
  const campaign::Message message = campaign.plan.content.value_or(campaign::Message());
  JsonWriter head(made.before_link);
  head.begin_object();
  head.member("campaign", campaign.id);
  head.member("package", campaign.package.id);
  head.member("kind", campaign.package.kind);
  head.member("title", message.title.empty() ? campaign.package.title : message.title);
  head.member("body", message.body);
  made.before_link.front() = ',';  // the entry's object is open already
  made.before_link += R"(,"link":"/c/)";

  const std::vector<PinnedItem> items = pinned_items(catalog, campaign);
  const std::vector<std::size_t> counts = link_counts(items);
  for (std::size_t i = 0; i < items.size(); ++i)
    made.items.push_back(make_item(catalog, items[i], static_cast<std::uint16_t>(i + 1), counts, today));
  made.documents = documents_member(catalog, campaign);
  add_audience(campaign.plan.audience, language, made.why);
  return made;
}

const CampaignTemplate* CampaignTemplates::find(delivery::CampaignNumber number, domain::Date today) {
  if (version_ != catalog_.version() || today_ != today) {
    templates_.clear();
    version_ = catalog_.version();
    today_ = today;
  }
  if (const auto known = templates_.find(number); known != templates_.end()) return &known->second;
  const auto campaign = catalog_.campaign(delivery::format_campaign(number));
  if (!campaign) return nullptr;
  return &templates_.emplace(number, make_template(catalog_, language_, *campaign, today)).first->second;
}

}  // namespace zhida::page
