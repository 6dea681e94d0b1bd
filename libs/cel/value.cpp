#include "cel/value.hpp"

#include <algorithm>

namespace zhida::cel {

std::string to_string(Type type) {
  std::string name;
  switch (type.scalar) {
    case Kind::missing:
      name = "any";
      break;
    case Kind::error:
      name = "error";
      break;
    case Kind::boolean:
      name = "bool";
      break;
    case Kind::integer:
      name = "int";
      break;
    case Kind::real:
      name = "double";
      break;
    case Kind::string:
      name = "string";
      break;
    case Kind::timestamp:
      name = "timestamp";
      break;
    case Kind::duration:
      name = "duration";
      break;
    case Kind::list:
      name = "list";
      break;
  }
  for (int i = 0; i < type.lists; ++i) name = "list(" + name + ")";
  return name;
}

std::string_view message_en(Fault fault) {
  switch (fault) {
    case Fault::overflow:
      return "the result is out of range";
    case Fault::division_by_zero:
      return "division by zero";
    case Fault::bad_conversion:
      return "the value cannot be converted";
    case Fault::index_out_of_range:
      return "the list has no such element";
    case Fault::bad_argument:
      return "the function does not take this value";
    case Fault::bad_regexp:
      return "the pattern is not a regular expression";
    case Fault::bad_zone:
      return "unknown time zone";
    case Fault::outside_table:
      return "the argument lies outside the table of the function";
    case Fault::too_much_work:
      return "the evaluation takes too many steps";
    case Fault::too_much_memory:
      return "the evaluation takes too much memory";
  }
  return "";
}

std::string_view message_zh(Fault fault) {
  switch (fault) {
    case Fault::overflow:
      return "结果超出范围";
    case Fault::division_by_zero:
      return "除数为零";
    case Fault::bad_conversion:
      return "无法转换该值";
    case Fault::index_out_of_range:
      return "列表中没有该位置的元素";
    case Fault::bad_argument:
      return "函数不接受该值";
    case Fault::bad_regexp:
      return "正则表达式有误";
    case Fault::bad_zone:
      return "未知的时区";
    case Fault::outside_table:
      return "参数超出函数所用数据表的范围";
    case Fault::too_much_work:
      return "计算步骤过多";
    case Fault::too_much_memory:
      return "计算占用内存过多";
  }
  return "";
}

bool equal(const Value& a, const Value& b) {
  if (a.kind_ != b.kind_) return false;
  switch (a.kind_) {
    case Kind::real:
      return a.real_ == b.real_;
    case Kind::string:
      return a.as_string() == b.as_string();
    case Kind::list:
      return std::ranges::equal(a.as_list(), b.as_list(), [](const Value& x, const Value& y) { return equal(x, y); });
    default:
      return a.integer_ == b.integer_ && a.small_ == b.small_;
  }
}

int compare(const Value& a, const Value& b) {
  const auto order = [](const auto& x, const auto& y) { return x < y ? -1 : (y < x ? 1 : 0); };
  switch (a.kind_) {
    case Kind::real:
      return a.real_ != a.real_ || b.real_ != b.real_ ? Value::unordered : order(a.real_, b.real_);
    case Kind::string:
      return order(a.as_string(), b.as_string());
    default:
      return a.integer_ != b.integer_ ? order(a.integer_, b.integer_) : order(a.small_, b.small_);
  }
}

}  // namespace zhida::cel
