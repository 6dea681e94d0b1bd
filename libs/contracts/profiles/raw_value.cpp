#include "contracts/profiles/raw_value.hpp"

#include <stdexcept>

namespace zhida::contracts {

using enterprise::RawValue;

RawValue raw_value(const Json& value, std::vector<std::string_view>& elements) {
  if (value.IsNull()) return {};
  if (value.IsBool()) return RawValue::of(value.GetBool());
  if (value.IsString()) return RawValue::of(text_of(value));
  if (value.IsInt64()) return RawValue::of(value.GetInt64());
  if (value.IsNumber()) return RawValue::of(value.GetDouble());
  RawValue other;
  other.kind = RawValue::Kind::other;
  if (!value.IsArray()) return other;
  if (elements.capacity() - elements.size() < value.Size()) throw std::logic_error("no room was made for the elements of a list");
  const std::size_t first = elements.size();
  for (const Json& element : value.GetArray()) {
    if (!element.IsString()) {
      elements.resize(first);
      return other;
    }
    elements.push_back(text_of(element));
  }
  return RawValue::of(std::span<const std::string_view>(elements.data() + first, elements.size() - first));
}

void write(JsonWriter& writer, const RawValue& value) {
  switch (value.kind) {
    case RawValue::Kind::null:
      return writer.null();
    case RawValue::Kind::boolean:
      return writer.value(value.boolean);
    case RawValue::Kind::integer:
      return writer.value(value.integer);
    case RawValue::Kind::real:
      return writer.value(value.real);
    case RawValue::Kind::text:
      return writer.value(value.text);
    case RawValue::Kind::list:
      writer.begin_array();
      for (const std::string_view element : value.list) writer.value(element);
      return writer.end_array();
    case RawValue::Kind::other:
      throw std::logic_error("a value that suits no attribute cannot be written");
  }
}

}  // namespace zhida::contracts
