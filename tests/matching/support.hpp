#pragma once

#include "matching/date.hpp"
#include "matching/explain.hpp"

#include <gtest/gtest.h>

#include <concepts>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace zhida::matching::test {

inline const char* const attributes_csv =
    "name,type,unit,values,signed,label_zh,label_en,question_zh,source_zh,sensitivity,per,aliases,note\n"
    "size_class,string,code,large=大型;medium=中型;small=小型;micro=微型,,统计划型,Size class,规模？,统计,internal,current,size_class,\n"
    "employees,int,persons,,,职工人数,Employees,多少人？,人社,internal,current,employees,\"head count, incl. agency workers\"\n"
    "taxable_income,int,cny,,yes,年应纳税所得额,Taxable income,多少元？,税务,sensitive,last_year,,may be negative\n"
    "rd_ratio,double,ratio,,,研发费用占比,R&D ratio,比例？,税务,internal,last_year,,\n"
    "established,timestamp,date,,,成立日期,Date of registration,成立日期？,市场监管,public,event,,\n"
    "qualifications,list<string>,code,hnte=高新技术企业;tsme=科技型中小企业;srdi=专精特新,,资质,Qualifications,资质？,科委,public,current,,"
    "\n"
    "district,string,code,open:[0-9]{6},,区县,District,区县？,市场监管,public,current,,\n"
    "industry,string,code,industries,,行业,Industry,行业？,统计,internal,current,,\n"
    "abnormal_list,bool,,,,经营异常名录,On the abnormal list,是否？,市场监管,public,current,,\n"
    "listed_year,int,year,,,上市年份,Year of listing,哪年？,证监,public,event,,\n";

inline const std::shared_ptr<const Dictionary>& dictionary() {
  static const std::shared_ptr<const Dictionary> shared = [] {
    const auto parsed = Dictionary::parse(attributes_csv, {{"industries", "code,name_zh\nC,制造业 \n3921,通信系统设备制造\n"}});
    if (!parsed.dictionary) throw std::runtime_error(parsed.error);
    return parsed.dictionary;
  }();
  return shared;
}

inline const std::shared_ptr<const Language>& language() {
  static const auto shared = std::make_shared<const Language>(dictionary(), cel::Registry());
  return shared;
}

inline Rule rule(std::string_view text, std::vector<ManualCondition> manual = {}) {
  CompiledRule compiled = Rule::compile(language(), text, std::move(manual));
  if (!compiled) throw std::runtime_error(compiled.diagnostics[0].message_en);
  return *compiled.rule;
}

/// The slots of one enterprise.
class Profile {
 public:
  Profile() : slots_(dictionary()->size()) {}
  Profile& set(std::string_view name, const RawValue& raw) {
    const Attribute* const attribute = dictionary()->find(name);
    if (!attribute) throw std::runtime_error("no attribute " + std::string(name));
    const Reading reading = dictionary()->read(*attribute, raw, *arena_);
    if (reading.mistake) throw std::runtime_error(reading.mistake->message_en);
    slots_[attribute->slot] = reading.value;
    return *this;
  }
  template <std::integral Number>
  Profile& set(std::string_view name, Number value) {
    return set(name, RawValue::of(static_cast<std::int64_t>(value)));
  }
  Profile& set(std::string_view name, const char* value) { return set(name, RawValue::of(std::string_view(value))); }
  std::span<const cel::Value> slots() const { return slots_; }

 private:
  std::vector<cel::Value> slots_;
  std::shared_ptr<cel::Arena> arena_ = std::make_shared<cel::Arena>();
};

inline cel::Value asof() { return midnight(std::chrono::year(2026) / 6 / 30); }

}  // namespace zhida::matching::test
