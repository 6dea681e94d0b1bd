#include "contracts/intents/intents_decided.hpp"

#include "contracts/intents/decided_rules.hpp"
#include "contracts/intents/members.hpp"
#include "contracts/intents/plain_block.hpp"
#include "contracts/intents/plain_facts.hpp"

#include <limits>

namespace zhida::contracts {
namespace {

constexpr std::size_t most_items = 1000;
constexpr std::uint64_t most_position = std::uint64_t{1} << 53;  // what every JSON reader reads exactly

/// Reads one fact; what is wrong first stands in `error`, whose pointer starts behind the fact's.
class FactReader {
 public:
  FactReader(DecidedFact& fact, std::vector<delivery::ItemDecision>& decisions, std::size_t items)
      : fact_(fact), decisions_(decisions), items_(items) {}

  bool read(const Json& json) {
    if (!json.IsObject()) return refuse("", "type", "must be an object.", "应为对象。");
    bool has_uscc = false, has_state = false, has_items = false;
    for (auto member = json.MemberBegin(); member != json.MemberEnd(); ++member) {
      const std::string_view name = text_of(member->name);
      const Json& value = member->value;
      bool good = true;
      if (name == "uscc") {
        good = has_uscc = read_uscc_of(value);
      } else if (name == "state") {
        good = has_state = read_word(value, "/state", fact_.state);
      } else if (name == "reason") {
        good = value.IsNull() || read_word(value, "/reason", fact_.reason);
      } else if (name == "facets") {
        good = read_facets(value);
      } else if (name == "items") {
        good = has_items = read_items(value);
      } else if (name == "values") {
        good = value.IsObject() || refuse("/values", "type", "must be an object.", "应为对象。");
      }
      if (!good) return false;
    }
    if (!has_uscc) return refuse("/uscc", "required", "is required.", "必填。");
    if (!has_state) return refuse("/state", "required", "is required.", "必填。");
    if (!has_items) return refuse("/items", "required", "is required.", "必填。");
    if (!is_decision(fact_.state, fact_.reason))
      return refuse("/reason", "reason", "must be a suppression reason if, and only if, the intent is suppressed.",
                    "当且仅当未推送时须有不推送原因。");
    return true;
  }

  const domain::FieldError& error() const { return error_; }

 private:
  bool refuse(std::string pointer, std::string code, std::string detail, std::string detail_zh) {
    error_ = {std::move(pointer), std::move(code), std::move(detail), std::move(detail_zh)};
    return false;
  }

  bool read_uscc_of(const Json& value) {
    if (!value.IsString()) return refuse("/uscc", "type", "must be a string.", "应为字符串。");
    const auto uscc = enterprise::Uscc::parse(text_of(value));
    if (uscc) {
      fact_.uscc = *uscc;
      return true;
    }
    error_ = enterprise::uscc_error(text_of(value), "/uscc");
    return false;
  }

  template <class Enum>
  bool read_word(const Json& value, const char* pointer, Enum& out) {
    if (value.IsString()) {
      if (const auto word = domain::from_name<Enum>(text_of(value))) {
        out = *word;
        return true;
      }
    }
    return refuse(pointer, "enum", "must be one of " + domain::all_names<Enum>() + ".",
                  "应为以下之一：" + domain::all_names<Enum>() + "。");
  }

  bool read_facets(const Json& value) {
    if (!value.IsObject()) return refuse("/facets", "type", "must be an object.", "应为对象。");
    for (auto member = value.MemberBegin(); member != value.MemberEnd(); ++member) {
      const std::string_view name = text_of(member->name);
      std::string_view* facet = name == "size_class"   ? &fact_.facets.size_class
                                : name == "section"    ? &fact_.facets.section
                                : name == "street"     ? &fact_.facets.street
                                : name == "park"       ? &fact_.facets.park
                                : name == "building"   ? &fact_.facets.building
                                : name == "legal_form" ? &fact_.facets.legal_form
                                                       : nullptr;
      if (facet == nullptr || member->value.IsNull()) continue;
      if (!member->value.IsString()) return refuse("/facets", "type", "must hold strings.", "各项应为字符串。");
      *facet = text_of(member->value);
    }
    if (fact_.note_facets()) return true;
    const Facets& facets = fact_.facets;
    if (!facets.size_class.empty() && !domain::from_name<delivery::SizeBand>(facets.size_class))
      return refuse("/facets/size_class", "enum", "must be one of " + domain::all_names<delivery::SizeBand>() + ".",
                    "应为以下之一：" + domain::all_names<delivery::SizeBand>() + "。");
    return refuse("/facets/street", "street", "must be a code of nine digits.", "应为九位数字代码。");
  }

  bool read_items(const Json& value) {
    if (!value.IsArray() || value.Size() != items_)
      return refuse("/items", "items", "must have one element per item of the block.", "应与区块的事项一一对应。");
    for (const Json& element : value.GetArray()) {
      if (!element.IsObject()) return refuse("/items", "type", "must hold objects.", "各项应为对象。");
      delivery::ItemDecision decision;
      bool has_verdict = false, has_window = false;
      for (auto member = element.MemberBegin(); member != element.MemberEnd(); ++member) {
        const std::string_view name = text_of(member->name);
        const Json& part = member->value;
        bool good = true;
        if (name == "verdict") {
          good = has_verdict = read_word(part, "/items", decision.verdict);
        } else if (name == "window") {
          good = has_window = read_word(part, "/items", decision.window);
        } else if (name == "benefit" && !part.IsNull()) {
          good = part.IsInt64() && part.GetInt64() >= 0 && part.GetInt64() <= most_benefit;
          if (!good) return refuse("/items", "benefit", "must have benefits from 0 to 10^15 yuan.", "金额应为 0 至 10^15 元。");
          decision.benefit = part.GetInt64();
        }
        if (!good) return false;
      }
      if (!has_verdict || !has_window) return refuse("/items", "required", "must have a verdict and a window each.", "须有结论和窗口期。");
      decisions_.push_back(decision);
    }
    return true;
  }

  DecidedFact& fact_;
  std::vector<delivery::ItemDecision>& decisions_;
  std::size_t items_;
  domain::FieldError error_;
};

IntentsHeader read_header(JsonReader& in) {
  IntentsHeader header;
  read_key(in, header.campaign, header.occurrence, header.channel);
  read_time(in, "decided_at", header.decided_at);
  read_number(in, "profile_position", 0, most_position, header.profile_position);
  const std::vector<const Json*> items = in.elements("items");
  if (in.is_object() && in.find("items") == nullptr) in.report("items", "required", "is required.", "必填。");
  if (in.is_object() && items.size() > most_items)
    in.report("items", "items", "must be at most " + std::to_string(most_items) + " items.",
              "不能超过 " + std::to_string(most_items) + " 个事项。");
  for (std::size_t i = 0; i < items.size(); ++i) {
    JsonReader part(*items[i], in.errors(), in.child("items", i));
    IntentItem& item = header.items.emplace_back();
    read_text(part, "id", 64, item.id);
    std::uint64_t version = 0;
    read_number(part, "version", 1, std::numeric_limits<std::uint32_t>::max(), version);
    item.version = static_cast<std::uint32_t>(version);
    part.optional("rule_hash", item.rule_hash);
    part.optional("exclusive_group", item.exclusive_group);
    item.conversion_days = static_cast<std::uint16_t>(read_optional_number(part, "conversion_days", 0, 3650).value_or(30));
  }
  return header;
}

}  // namespace

bool DecidedFact::note_facets() {
  const auto band = domain::from_name<delivery::SizeBand>(facets.size_class);
  size = band.value_or(delivery::SizeBand::unknown);
  street = street_number(facets.street);
  return (band || facets.size_class.empty()) && (street != 0 || facets.street.empty());
}

delivery::IntentFact DecidedFact::fact(const IntentsHeader& header, delivery::Place block) const {
  block.index = index;
  delivery::IntentFact fact;
  fact.key = header.key();
  fact.place = block;
  fact.state = state;
  fact.reason = reason;
  fact.decided_at = header.decided_at;
  fact.size = size;
  fact.street = street;
  fact.items = items;
  return fact;
}

/// What facts and evidence are read from: the tree of the whole block, or its text.
struct IntentsDecided::Text {
  std::unique_ptr<JsonText> parser;
  const Json* facts = nullptr;

  std::string json;
  std::vector<std::string_view> values;  // by index; empty = none

  /// The evidence of a fact, null if it has none. One that is parsed only now lives until the next of this thread.
  const Json* evidence(std::uint16_t index) const {
    if (facts == nullptr) {
      thread_local JsonText own;
      return values.at(index).empty() ? nullptr : own.parse(values[index]);
    }
    const Json& fact = (*facts)[index];
    if (!fact.IsObject()) return nullptr;
    const auto found = fact.FindMember("values");
    return found != fact.MemberEnd() ? &found->value : nullptr;
  }
};

std::string IntentsDecided::values_json(std::uint16_t index) const {
  const Json* const values = text_->evidence(index);
  return values != nullptr ? text_of_json(*values) : "{}";
}

std::string IntentsDecided::values_json(std::uint16_t index, const std::function<bool(std::string_view attribute)>& shows) const {
  const Json* const values = text_->evidence(index);
  if (values == nullptr) return "{}";
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  for (auto member = values->MemberBegin(); member != values->MemberEnd(); ++member) {
    const std::string_view name = text_of(member->name);
    out.key(name);
    if (shows(name))
      out.copy(member->value);
    else
      out.null();
  }
  out.end_object();
  return text;
}

effect::CampaignHeader IntentsDecided::campaign_header(delivery::Place block) const {
  effect::CampaignHeader header;
  header.campaign = header_.campaign;
  header.place = block;
  for (const IntentItem& item : header_.items)
    header.items.push_back(effect::header_item(item.id, item.version, item.exclusive_group, item.conversion_days));
  return header;
}

// Nothing if the block is not as we write it.
std::optional<IntentsDecided> IntentsDecided::read_plain(std::string_view json) {
  thread_local JsonText parser;
  const PlainBlock plain = PlainBlock::in(json, parser);
  if (plain.head == nullptr) return std::nullopt;
  FieldErrors errors;
  JsonReader in(*plain.head, errors);
  IntentsDecided block;
  block.header_ = read_header(in);
  if (!errors.empty()) return std::nullopt;
  const auto text = std::make_shared<Text>();
  text->json = plain.facts;
  PlainFacts read;
  if (!read.read(text->json, block.header_.items.size())) return std::nullopt;
  block.facts_ = std::move(read.facts);
  block.decisions_ = std::move(read.decisions);
  text->values = std::move(read.values);
  block.text_ = text;
  return block;
}

domain::Checked<IntentsDecided> read_intents_decided(std::string_view json, ReadingWay way) {
  if (way == ReadingWay::quick)
    if (auto block = IntentsDecided::read_plain(json)) return std::move(*block);
  const auto text = std::make_shared<IntentsDecided::Text>();
  text->parser = std::make_unique<JsonText>();
  const Json* root = text->parser->parse(json);
  if (root == nullptr) return {boost::system::in_place_error, FieldErrors{text->parser->error()}};
  FieldErrors errors;
  JsonReader in(*root, errors);
  IntentsDecided block;
  block.header_ = read_header(in);
  text->facts = read_facts(in, IntentsWriter::most_facts);
  if (!errors.empty()) return {boost::system::in_place_error, std::move(errors)};

  const std::size_t items = block.header_.items.size();
  const auto facts = text->facts->GetArray();
  block.facts_.reserve(facts.Size());
  block.decisions_.reserve(facts.Size() * items);  // never moves: facts keep spans
  for (rapidjson::SizeType i = 0; i < facts.Size(); ++i) {
    const std::size_t before = block.decisions_.size();
    DecidedFact& fact = block.facts_.emplace_back();
    fact.index = static_cast<std::uint16_t>(i);
    FactReader reader(fact, block.decisions_, items);
    if (reader.read(facts[i])) {
      fact.items = std::span(block.decisions_).subspan(before);
      continue;
    }
    PoisonFact poison{fact.index, reader.error(), text_of_json(facts[i])};
    poison.error.pointer.insert(0, "/facts/" + std::to_string(i));
    block.poison_.push_back(std::move(poison));
    block.facts_.pop_back();
    block.decisions_.resize(before);
  }
  block.text_ = text;
  return block;
}

}  // namespace zhida::contracts
