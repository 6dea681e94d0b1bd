#include "platform/json/reader.hpp"

#include <algorithm>
#include <utility>

namespace zhida::json {

Reader::Reader(const Value* object, FieldErrors& errors, std::string pointer)
    : object_(object), errors_(&errors), pointer_(std::move(pointer)) {}

Reader::Reader(const Value& object, FieldErrors& errors, std::string pointer) : Reader(&object, errors, std::move(pointer)) {
  if (object.IsObject()) return;
  object_ = nullptr;
  errors_->push_back({pointer_, "wrong_type", "must be an object", "必须是对象"});
}

const Value* Reader::member(std::string_view name, bool required) {
  if (object_ == nullptr) return nullptr;
  seen_.push_back(name);
  const Value* found = find(*object_, name);
  if (found != nullptr && found->IsNull()) found = nullptr;
  if (found == nullptr && required) refuse(name, "required", "is required", "必填");
  return found;
}

const Value* Reader::typed(std::string_view name, bool required, bool (Value::*is)() const, std::string_view type,
                           std::string_view type_zh) {
  const Value* found = member(name, required);
  if (found == nullptr || (found->*is)()) return found;
  refuse(name, "wrong_type", "must be " + std::string(type), "必须是" + std::string(type_zh));
  return nullptr;
}

bool Reader::has(std::string_view name) {
  const Value* found = object_ != nullptr ? find(*object_, name) : nullptr;
  return found != nullptr && !found->IsNull();
}

bool Reader::is_null(std::string_view name) {
  const Value* found = object_ != nullptr ? find(*object_, name) : nullptr;
  return found != nullptr && found->IsNull();
}

void Reader::refuse(std::string_view name, std::string code, std::string detail, std::string detail_zh) {
  errors_->push_back({name.empty() ? pointer_ : pointer_to(pointer_, name), std::move(code), std::move(detail), std::move(detail_zh)});
}

namespace {

std::optional<std::string> length_error(std::size_t size, Reader::Text limits, bool chinese) {
  if (size < limits.min_bytes)
    return chinese ? "不得少于 " + std::to_string(limits.min_bytes) + " 字节"
                   : "must have at least " + std::to_string(limits.min_bytes) + " bytes";
  if (size > limits.max_bytes)
    return chinese ? "不得超过 " + std::to_string(limits.max_bytes) + " 字节"
                   : "must have at most " + std::to_string(limits.max_bytes) + " bytes";
  return std::nullopt;
}

std::string joined(std::initializer_list<std::string_view> words) {
  std::string all;
  for (const std::string_view word : words) all.append(all.empty() ? "" : ", ").append(word);
  return all;
}

}  // namespace

std::optional<std::string_view> Reader::optional_string(std::string_view name, Text limits) {
  const Value* found = typed(name, false, &Value::IsString, "a string", "字符串");
  if (found == nullptr) return std::nullopt;
  const std::string_view text = text_of(*found);
  if (auto wrong = length_error(text.size(), limits, false)) {
    refuse(name, "wrong_length", *std::move(wrong), *length_error(text.size(), limits, true));
    return std::nullopt;
  }
  return text;
}

std::string_view Reader::string(std::string_view name, Text limits) {
  if (member(name, true) == nullptr) return {};
  return optional_string(name, limits).value_or(std::string_view());
}

std::optional<std::int64_t> Reader::optional_integer(std::string_view name, std::int64_t min, std::int64_t max) {
  const Value* found = member(name, false);
  if (found == nullptr) return std::nullopt;
  if (!found->IsInt64() && !found->IsUint64()) {
    refuse(name, "wrong_type", "must be an integer", "必须是整数");
    return std::nullopt;
  }
  if (!found->IsInt64() || found->GetInt64() < min || found->GetInt64() > max) {
    const std::string range = std::to_string(min) + " … " + std::to_string(max);
    refuse(name, "out_of_range", "must be within " + range, "必须在 " + range + " 之间");
    return std::nullopt;
  }
  return found->GetInt64();
}

std::int64_t Reader::integer(std::string_view name, std::int64_t min, std::int64_t max) {
  if (member(name, true) == nullptr) return 0;
  return optional_integer(name, min, max).value_or(0);
}

std::optional<double> Reader::optional_number(std::string_view name) {
  const Value* found = typed(name, false, &Value::IsNumber, "a number", "数值");
  if (found == nullptr) return std::nullopt;
  return found->GetDouble();
}

double Reader::number(std::string_view name) {
  if (member(name, true) == nullptr) return 0;
  return optional_number(name).value_or(0);
}

std::optional<bool> Reader::optional_boolean(std::string_view name) {
  const Value* found = typed(name, false, &Value::IsBool, "true or false", "布尔值");
  if (found == nullptr) return std::nullopt;
  return found->GetBool();
}

bool Reader::boolean(std::string_view name) {
  if (member(name, true) == nullptr) return false;
  return optional_boolean(name).value_or(false);
}

std::optional<std::string_view> Reader::optional_choice(std::string_view name, std::initializer_list<std::string_view> allowed) {
  const Value* found = typed(name, false, &Value::IsString, "a string", "字符串");
  if (found == nullptr) return std::nullopt;
  if (std::ranges::find(allowed, text_of(*found)) == allowed.end()) {
    refuse(name, "not_allowed", "must be one of " + joined(allowed), "只能是其中之一：" + joined(allowed));
    return std::nullopt;
  }
  return text_of(*found);
}

std::string_view Reader::choice(std::string_view name, std::initializer_list<std::string_view> allowed) {
  if (member(name, true) == nullptr) return {};
  return optional_choice(name, allowed).value_or(std::string_view());
}

const Value* Reader::optional_object(std::string_view name) { return typed(name, false, &Value::IsObject, "an object", "对象"); }
const Value* Reader::optional_array(std::string_view name) { return typed(name, false, &Value::IsArray, "an array", "数组"); }
const Value* Reader::optional_value(std::string_view name) { return member(name, false); }
const Value* Reader::object(std::string_view name) { return typed(name, true, &Value::IsObject, "an object", "对象"); }
const Value* Reader::array(std::string_view name) { return typed(name, true, &Value::IsArray, "an array", "数组"); }

const Value* Reader::value(std::string_view name) {
  if (object_ == nullptr) return nullptr;
  seen_.push_back(name);
  const Value* found = find(*object_, name);
  if (found == nullptr) refuse(name, "required", "is required", "必填");
  return found;
}

std::vector<std::string> Reader::optional_strings(std::string_view name, Text each) {
  std::vector<std::string> texts;
  const Value* list = optional_array(name);
  if (list == nullptr) return texts;
  std::size_t index = 0;
  for (const Value& entry : list->GetArray()) {
    const std::string place = pointer_to(pointer_to(pointer_, name), std::to_string(index++));
    if (!entry.IsString()) {
      errors_->push_back({place, "wrong_type", "must be a string", "必须是字符串"});
      continue;
    }
    if (auto wrong = length_error(entry.GetStringLength(), each, false))
      errors_->push_back({place, "wrong_length", *std::move(wrong), *length_error(entry.GetStringLength(), each, true)});
    else
      texts.emplace_back(text_of(entry));
  }
  return texts;
}

std::vector<std::string> Reader::strings(std::string_view name, Text each) {
  if (member(name, true) == nullptr) return {};
  return optional_strings(name, each);
}

Reader Reader::nested(const Value* object_member, std::string_view name) {
  return Reader(object_member, *errors_, pointer_to(pointer_, name));
}

Reader Reader::element(const Value& entry, std::string_view name, std::size_t index) {
  return Reader(entry, *errors_, pointer_to(pointer_to(pointer_, name), std::to_string(index)));
}

void Reader::refuse_unknown_members() {
  if (object_ == nullptr) return;
  for (const auto& entry : object_->GetObject())
    if (std::ranges::find(seen_, text_of(entry.name)) == seen_.end())
      refuse(text_of(entry.name), "unknown_member", "is not known here", "未知的字段");
}

}  // namespace zhida::json
