#include "page/checkup/answers.hpp"

#include "contracts/json.hpp"
#include "contracts/profiles/raw_value.hpp"
#include "page/problem.hpp"

#include <string>

namespace zhida::page {

/// The parsed body, which texts of values point into.
struct Answers::Text {
  contracts::JsonText json;
  std::vector<std::string_view> elements;
};

Answers::~Answers() = default;

Answers::Answers(std::string_view body, const matching::Dictionary& dictionary) : text_(std::make_unique<Text>()) {
  const contracts::Json* const root = text_->json.parse(body);
  if (root == nullptr) throw http::Refused(problem_of(text_->json.error()));
  domain::FieldErrors errors;
  contracts::JsonReader reader(*root, errors);
  reader.only({"answers"});
  const contracts::Json* const answers = reader.object("answers");
  if (answers != nullptr) {
    std::size_t places = 0;
    for (const auto& member : answers->GetObject()) places += contracts::list_size(member.value);
    text_->elements.reserve(places);
    for (const auto& member : answers->GetObject()) {
      const std::string_view name = contracts::text_of(member.name);
      std::string pointer = "/answers";
      contracts::append_pointer(pointer, name);
      const matching::Attribute* const attribute = dictionary.find(name);
      if (attribute == nullptr) {
        const std::string near(dictionary.nearest(name));
        errors.push_back({std::move(pointer), "unknown",
                          "there is no such attribute" + (near.empty() ? "." : "; did you mean " + near + "?"),
                          "没有这个属性" + (near.empty() ? "。" : "，是否应为 " + near + "？")});
        continue;
      }
      const matching::RawValue raw = contracts::raw_value(member.value, text_->elements);
      if (raw.kind == matching::RawValue::Kind::null) {
        values_.emplace_back(attribute->slot, cel::Value::missing());
        continue;
      }
      matching::Reading reading = dictionary.read(*attribute, raw, arena_);
      if (reading.mistake)
        errors.push_back({std::move(pointer), "value", std::move(reading.mistake->message_en), std::move(reading.mistake->message_zh)});
      else
        values_.emplace_back(attribute->slot, reading.value);
    }
  }
  if (!errors.empty()) throw http::Refused(problem_of(errors));
}

}  // namespace zhida::page
