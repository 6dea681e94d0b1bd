#include "matching/dictionary.hpp"

#include "matching/csv.hpp"
#include "matching/support.hpp"

namespace zhida::matching::test {
namespace {

std::string mistake_of(std::string_view name, const RawValue& raw) {
  cel::Arena arena;
  const Reading reading = dictionary()->read(*dictionary()->find(name), raw, arena);
  EXPECT_EQ(reading.mistake.has_value(), reading.value.is_missing());
  if (!reading.mistake) return "";
  EXPECT_FALSE(reading.mistake->message_zh.empty());
  return reading.mistake->message_en;
}

RawValue text(std::string_view value) { return RawValue::of(value); }

TEST(Dictionary, KeepsTheOrderOfItsFileAsSlots) {
  ASSERT_EQ(dictionary()->size(), 10U);
  const Attribute& income = (*dictionary())[2];
  EXPECT_EQ(income.name, "taxable_income");
  EXPECT_EQ(income.slot, 2U);
  EXPECT_EQ(income.per, Per::last_year);
  EXPECT_EQ(income.sensitivity, Sensitivity::sensitive);
  EXPECT_TRUE(income.may_be_negative);
  EXPECT_EQ(dictionary()->find("employees")->note, "head count, incl. agency workers");
  EXPECT_EQ(dictionary()->find("nothing"), nullptr);
  EXPECT_EQ(dictionary()->nearest("employes"), "employees");
}

TEST(Dictionary, TakesVocabulariesFromTheFileAndFromCodeTables) {
  EXPECT_EQ(dictionary()->find("size_class")->find_code("small")->label_zh, "小型");
  EXPECT_EQ(dictionary()->find("industry")->table, "industries");
  EXPECT_EQ(dictionary()->find("industry")->find_code("C")->label_zh, "制造业");
}

TEST(Dictionary, RefusesAFileItCannotTrust) {
  const std::string csv = attributes_csv;
  EXPECT_NE(Dictionary::parse(csv, {}).error.find("no code table industries"), std::string::npos);
  const std::map<std::string, std::string> tables{{"industries", "code,name_zh\nC,制造业\n"}};
  EXPECT_NE(Dictionary::parse(csv + "employees,int,,,,,,,,public,current,,\n", tables).error.find("twice"), std::string::npos);
  EXPECT_NE(Dictionary::parse(csv + "x,uint,,,,,,,,public,current,,\n", tables).error.find("unknown type"), std::string::npos);
  EXPECT_NE(Dictionary::parse(csv + "x,int\n", tables).error.find("line 12"), std::string::npos);
  EXPECT_NE(Dictionary::parse("name,type\n", tables).error.find("column unit"), std::string::npos);
}

TEST(Reading, NamesTheWrongType) {
  EXPECT_EQ(mistake_of("employees", text("3")), "employees: must be a whole number");
  EXPECT_EQ(mistake_of("employees", RawValue::of(3.0)), "employees: must be a whole number");
  EXPECT_EQ(mistake_of("abnormal_list", RawValue::of(std::int64_t{1})), "abnormal_list: must be true or false");
  EXPECT_EQ(mistake_of("size_class", RawValue::of(true)), "size_class: must be a string");
  EXPECT_EQ(mistake_of("qualifications", text("hnte")), "qualifications: must be a list of strings");
  EXPECT_EQ(mistake_of("established", RawValue{}), "established: must be a date written YYYY-MM-DD");
  EXPECT_EQ(mistake_of("rd_ratio", RawValue::of(std::int64_t{1})), "");
}

TEST(Reading, NamesWordsOutsideTheVocabulary) {
  EXPECT_EQ(mistake_of("size_class", text("smal")), "size_class: 'smal' is not in its vocabulary; did you mean 'small'?");
  const std::vector<std::string_view> words{"hnte", "nothing"};
  EXPECT_NE(mistake_of("qualifications", RawValue::of(std::span<const std::string_view>(words))), "");
  EXPECT_EQ(mistake_of("district", text("31011")), "district: '31011' does not have the form [0-9]{6}");
  EXPECT_EQ(mistake_of("district", text("310117")), "");
  EXPECT_NE(mistake_of("industry", text("9999")), "");
}

TEST(Reading, HoldsNumbersToASaneRange) {
  EXPECT_NE(mistake_of("employees", RawValue::of(std::int64_t{-1})), "");
  EXPECT_EQ(mistake_of("taxable_income", RawValue::of(std::int64_t{-1})), "");
  EXPECT_NE(mistake_of("taxable_income", RawValue::of(std::int64_t{INT64_MIN})), "");
  EXPECT_NE(mistake_of("rd_ratio", RawValue::of(5.0)), "");
  EXPECT_NE(mistake_of("rd_ratio", RawValue::of(0.0 / 0.0)), "");
  EXPECT_NE(mistake_of("listed_year", RawValue::of(std::int64_t{21})), "");
  EXPECT_EQ(mistake_of("listed_year", RawValue::of(std::int64_t{0})), "");
}

TEST(Reading, RefusesDatesThatDoNotExist) {
  for (const char* date : {"2023-02-29", "2023-13-01", "2023-1-1", "20230101", "2023-02-2x", "1800-01-01", "2023-01-01T00:00:00Z", ""})
    EXPECT_NE(mistake_of("established", text(date)), "") << date;
  EXPECT_EQ(mistake_of("established", text("2024-02-29")), "");
}

TEST(Reading, PutsADateAtMidnightInShanghai) {
  cel::Arena arena;
  const Reading reading = dictionary()->read(*dictionary()->find("established"), text("1970-01-02"), arena);
  EXPECT_EQ(reading.value.seconds(), 16 * 3600);
  EXPECT_EQ(format_date(day_of(reading.value)), "1970-01-02");
}

TEST(Reading, SortsListsAndKeepsEachWordOnce) {
  cel::Arena arena;
  const std::vector<std::string_view> words{"tsme", "hnte", "tsme"};
  const Attribute& attribute = *dictionary()->find("qualifications");
  const Reading reading = dictionary()->read(attribute, RawValue::of(std::span<const std::string_view>(words)), arena);
  ASSERT_EQ(reading.value.as_list().size(), 2U);
  EXPECT_EQ(reading.value.as_list()[0].as_string(), "hnte");
  EXPECT_EQ(reading.value.as_list()[0].as_string().data(), attribute.find_code("hnte")->code.data());
  EXPECT_EQ(render_zh(attribute, reading.value), "高新技术企业 (hnte)、科技型中小企业 (tsme)");
}

TEST(Csv, ReadsQuotesLineBreaksAndMarks) {
  const CsvResult result = parse_csv(
      "\xEF\xBB\xBF"
      "a,b\r\n\"x, \"\"y\"\"\",\"1\n2\"\n\n,\n");
  ASSERT_TRUE(result.table) << result.error;
  EXPECT_EQ(result.table->header, (std::vector<std::string>{"a", "b"}));
  ASSERT_EQ(result.table->rows.size(), 2U);
  EXPECT_EQ(result.table->rows[0], (std::vector<std::string>{"x, \"y\"", "1\n2"}));
  EXPECT_FALSE(parse_csv("a,b\n1\n").table);
  EXPECT_FALSE(parse_csv("a,b\n\"1,2\n").table);
  EXPECT_FALSE(parse_csv("").table);
}

}  // namespace
}  // namespace zhida::matching::test
