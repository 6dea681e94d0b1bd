#include "contracts/profiles/profile_line.hpp"

#include "contracts/profiles/raw_value.hpp"

namespace zhida::contracts {
namespace {

constexpr std::size_t longest_source = 200;  // bytes
constexpr std::size_t longest_name = 600;    // bytes

}  // namespace

const ProfileLine* ProfileLineReader::read(std::string_view text, Date latest) {
  errors_.clear();
  elements_.clear();
  line_.uscc.reset();
  line_.name.reset();
  line_.attributes.clear();

  const Json* root = json_.parse(text);
  if (root == nullptr) {
    errors_.push_back(json_.error());
    return nullptr;
  }
  JsonReader reader(*root, errors_);
  reader.only({"uscc", "name", "attributes"});
  if (const Json* uscc = reader.find("uscc")) {
    const std::string_view code = uscc->IsString() ? text_of(*uscc) : std::string_view();
    line_.uscc = enterprise::Uscc::parse(code);
    if (!line_.uscc) errors_.push_back(enterprise::uscc_error(code, "/uscc"));
  }
  if (const Json* name = reader.find("name"); name != nullptr && !name->IsNull()) {
    if (!name->IsString())
      reader.report("name", "type", "must be a string.", "应为字符串。");
    else if (name->GetStringLength() == 0 || name->GetStringLength() > longest_name)
      reader.report("name", "length", "must have 1 to 600 bytes.", "长度应为1至600字节。");
    else
      line_.name = text_of(*name);
  }
  const Json* attributes = reader.find("attributes");
  if (attributes != nullptr && !attributes->IsObject()) {
    reader.report("attributes", "type", "must be an object.", "应为对象。");
  } else if (attributes != nullptr) {
    std::size_t room = 0;
    for (const auto& member : attributes->GetObject()) {
      const Json* value = member.value.IsObject() && member.value.HasMember("value") ? &member.value["value"] : nullptr;
      if (value != nullptr) room += list_size(*value);
    }
    elements_.reserve(room);
    line_.attributes.reserve(attributes->MemberCount());
    for (const auto& member : attributes->GetObject()) {
      // The pointer is made only for errors: this loop runs a million times a minute.
      const std::size_t errors_before = errors_.size();
      JsonReader statement(member.value, errors_);
      AttributeStatement& added = line_.attributes.emplace_back();
      added.name = text_of(member.name);
      statement.only({"value", "source", "as_of"});
      const Json* value = statement.find("value");
      if (value != nullptr)
        added.value = raw_value(*value, elements_);
      else if (statement.is_object())
        statement.report("value", "required", "is required; null removes.", "必填，null 表示删除。");
      if (const Json* source = statement.find("source");
          source != nullptr && source->IsString() && source->GetStringLength() > 0 && source->GetStringLength() <= longest_source)
        added.source = text_of(*source);
      else if (statement.is_object())
        statement.report("source", "required", "who supplies the value, 1 to 200 bytes.", "必填，数据来源，1至200字节。");
      statement.required("as_of", added.as_of);
      if (added.as_of > latest) statement.report("as_of", "range", "lies in the future.", "不能晚于今天。");
      for (std::size_t i = errors_before; i < errors_.size(); ++i) {
        std::string pointer = reader.child("attributes");
        append_pointer(pointer, added.name);
        errors_[i].pointer.insert(0, pointer);
      }
    }
  }
  return errors_.empty() ? &line_ : nullptr;
}

}  // namespace zhida::contracts
