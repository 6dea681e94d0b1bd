#include "contracts/profiles/profile_patched.hpp"

#include "contracts/profiles/raw_value.hpp"

namespace zhida::contracts {
namespace {

using enterprise::RawValue;

bool one_group(const AttributeStatement& a, const AttributeStatement& b) { return a.as_of == b.as_of && a.source == b.source; }

/// The group of each statement, numbered in the order in which they begin.
std::vector<std::uint16_t> groups_of(const std::vector<AttributeStatement>& attributes) {
  std::vector<std::uint16_t> groups(attributes.size());
  std::vector<std::size_t> heads;
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    if (i > 0 && one_group(attributes[i], attributes[i - 1])) {
      groups[i] = groups[i - 1];
      continue;
    }
    std::size_t group = 0;
    while (group < heads.size() && !one_group(attributes[i], attributes[heads[group]])) ++group;
    if (group == heads.size()) heads.push_back(i);
    groups[i] = static_cast<std::uint16_t>(group);
  }
  return groups;
}

/// Writes the group that `attributes[first]` begins.
void write_group(JsonWriter& writer, const std::vector<AttributeStatement>& attributes, const std::vector<std::uint16_t>& groups,
                 std::size_t first) {
  writer.begin_object();
  writer.member("source", attributes[first].source);
  writer.member("as_of", attributes[first].as_of);
  bool sets = false, removes = false;
  for (std::size_t i = first; i < attributes.size(); ++i) {
    if (groups[i] != groups[first]) continue;
    if (attributes[i].value.kind == RawValue::Kind::null) {
      removes = true;
      continue;
    }
    if (!sets) {
      writer.key("set");
      writer.begin_object();
      sets = true;
    }
    writer.key(attributes[i].name);
    write(writer, attributes[i].value);
  }
  if (sets) writer.end_object();
  if (removes) {
    writer.key("remove");
    writer.begin_array();
    for (std::size_t i = first; i < attributes.size(); ++i)
      if (groups[i] == groups[first] && attributes[i].value.kind == RawValue::Kind::null) writer.value(attributes[i].name);
    writer.end_array();
  }
  writer.end_object();
}

enterprise::Uscc read_uscc(JsonReader& reader) {
  const Json* value = reader.find("uscc");
  const std::string_view text = value != nullptr && value->IsString() ? text_of(*value) : std::string_view();
  const auto uscc = enterprise::Uscc::parse(text);
  if (!uscc && reader.is_object()) reader.errors().push_back(enterprise::uscc_error(text, "/uscc"));
  return uscc.value_or(enterprise::Uscc());
}

enterprise::Determination read_determination(JsonReader& reader) {
  enterprise::Determination determination;
  reader.required("condition", determination.condition);
  reader.required("value", determination.value);
  reader.required("decided_by", determination.decided_by);
  reader.required("as_of", determination.as_of);
  reader.optional("valid_to", determination.valid_to);
  reader.optional("basis", determination.basis);
  return determination;
}

}  // namespace

void write(JsonWriter& writer, const enterprise::Determination& determination) {
  writer.begin_object();
  writer.member("condition", determination.condition);
  writer.member("value", determination.value);
  writer.member("decided_by", determination.decided_by);
  writer.member("as_of", determination.as_of);
  writer.member_if("valid_to", determination.valid_to);
  if (!determination.basis.empty()) writer.member("basis", determination.basis);
  writer.end_object();
}

void append_json(std::string& out, const ProfilePatched& event) {
  JsonWriter writer(out);
  writer.begin_object();
  writer.member("uscc", event.uscc.text());
  writer.member("recorded_at", event.recorded_at);
  if (!event.attributes.empty()) {
    writer.key("patch");
    writer.begin_array();
    const std::vector<std::uint16_t> groups = groups_of(event.attributes);
    std::uint16_t next = 0;
    for (std::size_t i = 0; i < event.attributes.size(); ++i) {
      if (groups[i] != next) continue;
      write_group(writer, event.attributes, groups, i);
      ++next;
    }
    writer.end_array();
  }
  writer.member_if("name", event.sealed_name);
  if (!event.determinations.empty()) {
    writer.key("determinations");
    writer.begin_array();
    for (const auto& determination : event.determinations) write(writer, determination);
    writer.end_array();
  }
  writer.end_object();
}

void ProfilePatchedReader::read_patch(JsonReader& reader) {
  const std::vector<const Json*> groups = reader.elements("patch");
  std::size_t room = 0;
  for (const Json* group : groups)
    if (group->IsObject() && group->HasMember("set") && (*group)["set"].IsObject())
      for (const auto& member : (*group)["set"].GetObject()) room += list_size(member.value);
  elements_.reserve(room);

  for (std::size_t i = 0; i < groups.size(); ++i) {
    JsonReader group(*groups[i], errors_, reader.child("patch", i));
    AttributeStatement head;
    if (const Json* source = group.find("source"); source != nullptr && source->IsString())
      head.source = text_of(*source);
    else if (group.is_object())
      group.report("source", "required", "is required.", "必填。");
    group.required("as_of", head.as_of);
    if (const Json* set = group.find("set"); set != nullptr && set->IsObject()) {
      for (const auto& member : set->GetObject()) {
        head.name = text_of(member.name);
        head.value = raw_value(member.value, elements_);
        if (head.value.kind == RawValue::Kind::other || head.value.kind == RawValue::Kind::null)
          group.report("set", "type", "values are flags, numbers, texts and lists of texts.", "取值应为布尔、数字、文本或文本列表。");
        event_.attributes.push_back(head);
      }
    } else if (set != nullptr) {
      group.report("set", "type", "must be an object.", "应为对象。");
    }
    head.value = {};
    for (const Json* name : group.elements("remove")) {
      if (!name->IsString()) {
        group.report("remove", "type", "must be names.", "应为属性名。");
        continue;
      }
      head.name = text_of(*name);
      event_.attributes.push_back(head);
    }
  }
}

void ProfilePatchedReader::clear() {
  errors_.clear();
  elements_.clear();
  event_.attributes.clear();
  event_.sealed_name.reset();
  event_.determinations.clear();
}

/// `{"source":…,"as_of":…,"set":{…},"remove":[…]}` in this order, as they are written.
bool ProfilePatchedReader::read_plain_group(PlainCursor& cursor) {
  AttributeStatement head;
  std::string_view member, date;
  if (!cursor.take('{') || !cursor.key(member) || member != "source" || !cursor.text(head.source)) return false;
  if (!cursor.take(',') || !cursor.key(member) || member != "as_of" || !cursor.text(date)) return false;
  const auto as_of = domain::parse_date(date);
  if (!as_of) return false;
  head.as_of = *as_of;
  seen_.clear();
  bool has_set = false;
  while (cursor.take(',')) {
    if (!cursor.key(member)) return false;
    if (member == "set" && !has_set) {
      has_set = true;
      if (!cursor.take('{')) return false;
      do {
        AttributeStatement& added = event_.attributes.emplace_back(head);
        if (!cursor.key(added.name) || !seen_.add(added.name) || !cursor.value(added.value, elements_)) return false;
        if (added.value.kind == RawValue::Kind::null) return false;
      } while (cursor.take(','));
      if (!cursor.take('}')) return false;
    } else if (member == "remove") {
      if (!cursor.take('[')) return false;
      do {
        if (!cursor.text(event_.attributes.emplace_back(head).name)) return false;
      } while (cursor.take(','));
      if (!cursor.take(']')) return false;
      break;  // the last member as written
    } else {
      return false;
    }
  }
  return cursor.take('}');
}

bool ProfilePatchedReader::read_plain(std::string_view json) {
  PlainCursor cursor(json);
  std::string_view member, text;
  if (!cursor.take('{') || !cursor.key(member) || member != "uscc" || !cursor.text(text)) return false;
  const auto uscc = enterprise::Uscc::parse(text);
  if (!uscc || !cursor.take(',') || !cursor.key(member) || member != "recorded_at" || !cursor.text(text)) return false;
  const auto recorded_at = domain::parse_instant(text);
  if (!recorded_at) return false;
  event_.uscc = *uscc;
  event_.recorded_at = *recorded_at;
  bool more = cursor.take(',');
  if (more && !cursor.key(member)) return false;
  if (more && member == "patch") {
    if (!cursor.take('[')) return false;
    do {
      if (!read_plain_group(cursor)) return false;
    } while (cursor.take(','));
    if (!cursor.take(']')) return false;
    more = cursor.take(',');
    if (more && !cursor.key(member)) return false;
  }
  if (more) {
    if (member != "name" || !cursor.text(text)) return false;
    event_.sealed_name = text;
  }
  return cursor.take('}') && cursor.at_end();
}

const ProfilePatched* ProfilePatchedReader::read(std::string_view json) {
  clear();
  if (way_ == ReadingWay::quick && read_plain(json)) return &event_;
  return read_thoroughly(json);
}

const ProfilePatched* ProfilePatchedReader::read_thoroughly(std::string_view json) {
  clear();
  const Json* root = json_.parse(json);
  if (root == nullptr) {
    errors_.push_back(json_.error());
    return nullptr;
  }
  JsonReader reader(*root, errors_);
  event_.uscc = read_uscc(reader);
  reader.required("recorded_at", event_.recorded_at);
  read_patch(reader);
  if (const Json* name = reader.find("name"); name != nullptr) {
    if (name->IsString())
      event_.sealed_name = text_of(*name);
    else
      reader.report("name", "type", "must be a string.", "应为字符串。");
  }
  const auto determinations = reader.elements("determinations");
  for (std::size_t i = 0; i < determinations.size(); ++i) {
    JsonReader determination(*determinations[i], errors_, reader.child("determinations", i));
    event_.determinations.push_back(read_determination(determination));
  }
  return errors_.empty() ? &event_ : nullptr;
}

Checked<DeterminationLine> determination_line_from_json(std::string_view json, Date latest) {
  return read_json<DeterminationLine>(json, [latest](JsonReader& reader) {
    DeterminationLine line;
    reader.only({"uscc", "condition", "value", "decided_by", "as_of", "valid_to", "basis"});
    line.uscc = read_uscc(reader);
    line.determination = read_determination(reader);
    const auto& determination = line.determination;
    if (determination.as_of > latest) reader.report("as_of", "range", "lies in the future.", "不能晚于今天。");
    if (determination.valid_to && *determination.valid_to < determination.as_of)
      reader.report("valid_to", "order", "must not lie before as_of.", "不能早于认定日期。");
    if (determination.decided_by.size() > 200) reader.report("decided_by", "length", "must not be longer than 200 bytes.", "过长。");
    if (determination.basis.size() > 2000) reader.report("basis", "length", "must not be longer than 2000 bytes.", "过长。");
    return line;
  });
}

}  // namespace zhida::contracts
