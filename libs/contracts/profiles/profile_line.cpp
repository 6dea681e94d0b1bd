#include "contracts/profiles/profile_line.hpp"

#include "contracts/profiles/raw_value.hpp"

namespace zhida::contracts {
namespace {

constexpr std::size_t longest_source = 200;  // bytes
constexpr std::size_t longest_name = 600;    // bytes

}  // namespace

void ProfileLineReader::clear() {
  errors_.clear();
  elements_.clear();
  seen_.clear();
  last_date_ = {};
  line_.uscc.reset();
  line_.name.reset();
  line_.attributes.clear();
}

bool ProfileLineReader::read_plain_source(PlainCursor& cursor, AttributeStatement& added) {
  const AttributeStatement* const before = line_.attributes.size() > 1 ? &added - 1 : nullptr;
  if (before != nullptr && !before->source.empty() && cursor.take_again(before->source)) {
    added.source = before->source;
    return true;
  }
  return cursor.text(added.source) && !added.source.empty() && added.source.size() <= longest_source;
}

bool ProfileLineReader::read_plain_date(PlainCursor& cursor, Date latest, AttributeStatement& added) {
  if (!last_date_.empty() && cursor.take_again(last_date_)) {
    added.as_of = last_day_;
    return true;
  }
  std::string_view text;
  if (!cursor.text(text)) return false;
  const auto parsed = domain::parse_date(text);
  if (!parsed || *parsed > latest) return false;
  last_date_ = text;
  last_day_ = added.as_of = *parsed;
  return true;
}

bool ProfileLineReader::read_plain_statement(PlainCursor& cursor, Date latest) {
  AttributeStatement& added = line_.attributes.emplace_back();
  if (!cursor.key(added.name) || !seen_.add(added.name) || !cursor.take('{')) return false;
  if (cursor.take(R"("value":)")) {  // as most write it
    if (!cursor.value(added.value, elements_)) return false;
    if (cursor.take(R"(,"source":)")) {
      if (!read_plain_source(cursor, added)) return false;
      if (cursor.take(R"(,"as_of":)")) return read_plain_date(cursor, latest, added) && cursor.take('}');
      return cursor.take(',') && read_plain_rest(cursor, latest, added, true, true);
    }
    return cursor.take(',') && read_plain_rest(cursor, latest, added, true, false);
  }
  return read_plain_rest(cursor, latest, added, false, false);
}

bool ProfileLineReader::read_plain_rest(PlainCursor& cursor, Date latest, AttributeStatement& added, bool has_value, bool has_source) {
  bool has_date = false;
  do {
    std::string_view member;
    if (!cursor.key(member)) return false;
    if (member == "value" && !has_value) {
      has_value = cursor.value(added.value, elements_);
      if (!has_value) return false;
    } else if (member == "source" && !has_source) {
      has_source = read_plain_source(cursor, added);
      if (!has_source) return false;
    } else if (member == "as_of" && !has_date) {
      has_date = read_plain_date(cursor, latest, added);
      if (!has_date) return false;
    } else {
      return false;
    }
  } while (cursor.take(','));
  return cursor.take('}') && has_value && has_source && has_date;
}

bool ProfileLineReader::read_plain(std::string_view text, Date latest) {
  PlainCursor cursor(text);
  if (!cursor.take('{')) return false;
  bool has_attributes = false;
  do {
    std::string_view member, content;
    if (!cursor.key(member)) return false;
    if (member == "uscc" && !line_.uscc) {
      if (!cursor.text(content)) return false;
      line_.uscc = enterprise::Uscc::parse(content);
      if (!line_.uscc) return false;
    } else if (member == "name" && !line_.name) {
      if (!cursor.text(content) || content.empty() || content.size() > longest_name) return false;
      line_.name = content;
    } else if (member == "attributes" && !has_attributes) {
      has_attributes = true;
      if (!cursor.take('{')) return false;
      if (cursor.take('}')) continue;
      do {
        if (!read_plain_statement(cursor, latest)) return false;
      } while (cursor.take(','));
      if (!cursor.take('}')) return false;
    } else {
      return false;
    }
  } while (cursor.take(','));
  return cursor.take('}') && cursor.at_end();
}

const ProfileLine* ProfileLineReader::read(std::string_view text, Date latest) {
  clear();
  if (way_ == ReadingWay::quick && read_plain(text, latest)) return &line_;
  return read_thoroughly(text, latest);
}

const ProfileLine* ProfileLineReader::read_thoroughly(std::string_view text, Date latest) {
  clear();
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
