#include "standalone/sample/generator.hpp"

#include "standalone/sample/random.hpp"
#include "standalone/sample/shares.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <optional>
#include <span>

namespace zhida::standalone {
namespace {

/// Who supplied a group of attributes, and when: most sources deliver monthly or yearly.
struct Supply {
  std::string_view source;
  std::string_view as_of;
};
constexpr Supply market{"市场监管", "2026-10-31"};
constexpr Supply park_office{"园区", "2026-09-30"};
constexpr Supply tax{"税务", "2026-09-30"};
constexpr Supply tax_year{"税务", "2025-12-31"};
constexpr Supply social_insurance{"人社", "2026-10-31"};
constexpr Supply statistics{"统计", "2025-12-31"};
constexpr Supply credit{"信用平台", "2026-11-10"};
constexpr Supply science{"科委", "2026-06-30"};
constexpr Supply economy{"经信委", "2026-06-30"};
constexpr Supply intellectual_property{"知识产权局", "2026-09-30"};
constexpr Supply own_statement{"企业自报", "2026-08-15"};

/// Appends the members of `attributes` of one line.
class AttributeWriter {
 public:
  explicit AttributeWriter(std::string& out) : out_(out) {}

  void text(const Supply& supply, std::string_view name, std::string_view value) {
    begin(name);
    quoted(value);
    end(supply);
  }
  void integer(const Supply& supply, std::string_view name, std::int64_t value) {
    begin(name);
    digits(value);
    end(supply);
  }
  void boolean(const Supply& supply, std::string_view name, bool value) {
    begin(name);
    out_ += value ? "true" : "false";
    end(supply);
  }
  /// `thousandths` / 1000, so that no floating-point formatting is involved.
  void ratio(const Supply& supply, std::string_view name, std::int64_t thousandths) {
    begin(name);
    if (thousandths < 0) out_ += '-';
    const std::int64_t size = thousandths < 0 ? -thousandths : thousandths;
    digits(size / 1000);
    out_ += '.';
    for (std::int64_t place = 100; place > 0; place /= 10) out_ += static_cast<char>('0' + size / place % 10);
    end(supply);
  }
  void list(const Supply& supply, std::string_view name, std::span<const std::string_view> values) {
    begin(name);
    out_ += '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) out_ += ',';
      quoted(values[i]);
    }
    out_ += ']';
    end(supply);
  }

 private:
  void quoted(std::string_view value) { out_.append("\"").append(value).append("\""); }
  void digits(std::int64_t value) {
    std::array<char, 24> buffer;
    const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    out_.append(buffer.data(), written.ptr);
  }
  void begin(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    quoted(name);
    out_ += ":{\"value\":";
  }
  void end(const Supply& supply) {
    out_.append(",\"source\":\"").append(supply.source).append("\",\"as_of\":\"").append(supply.as_of).append("\"}");
  }

  std::string& out_;
  bool first_ = true;
};

std::string date(std::int64_t year, std::int64_t month, std::int64_t day) {
  std::string text = std::to_string(year);
  for (const std::int64_t part : {month, day}) {
    text += part < 10 ? "-0" : "-";
    text += std::to_string(part);
  }
  return text;
}

std::string random_date(Random& random, std::int64_t first_year, std::int64_t last_year) {
  const std::int64_t year = random.between(first_year, last_year);
  return date(year, random.between(1, 12), random.between(1, 28));
}

std::string name_of(Random& random, std::string_view form, std::string_view section) {
  static constexpr std::array<std::string_view, 32> syllables = {"申", "泰", "华", "鑫", "瑞", "恒", "云", "佳", "正", "兴", "宏",
                                                                 "启", "晟", "诺", "辰", "博", "源", "锦", "安", "信", "达", "川",
                                                                 "森", "海", "拓", "凯", "盛", "和", "嘉", "远", "明", "智"};
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 17> trades = {{{"A", "农业"},
                                                                                            {"C", "机电制造"},
                                                                                            {"D", "能源"},
                                                                                            {"E", "建筑工程"},
                                                                                            {"F", "贸易"},
                                                                                            {"G", "物流"},
                                                                                            {"H", "餐饮管理"},
                                                                                            {"I", "信息科技"},
                                                                                            {"J", "金融信息服务"},
                                                                                            {"K", "物业管理"},
                                                                                            {"L", "企业服务"},
                                                                                            {"M", "科技发展"},
                                                                                            {"N", "环境工程"},
                                                                                            {"O", "生活服务"},
                                                                                            {"P", "培训"},
                                                                                            {"Q", "健康管理"},
                                                                                            {"R", "文化传播"}}};
  std::string name = "上海";
  for (int i = 0; i < 3; ++i) name += random.one_of(std::span<const std::string_view>(syllables));
  for (const auto& [code, trade] : trades)
    if (code == section) name += trade;
  if (form == "individual") return name += "经营部";
  if (form == "law_firm") return name += "律师事务所";
  if (form == "private_nonenterprise") return name += "服务中心";
  if (form == "farmer_cooperative") return name += "专业合作社";
  if (form == "partnership") return name += "合伙企业（有限合伙）";
  return name += "有限公司";
}

}  // namespace

SampleGenerator::SampleGenerator(const enterprise::IndustryTree& industries, std::uint64_t seed) : seed_(seed) {
  for (const Share& share : section_shares) {
    Section section{share.code, share.weight, {}};
    for (const auto& entry : industries.industries())
      if (entry.level == 4 && entry.section == share.code.front()) section.classes.push_back(entry.code);
    sections_.push_back(std::move(section));
  }
}

enterprise::Uscc SampleGenerator::uscc(std::uint64_t index) const {
  constexpr std::string_view alphabet = enterprise::Uscc::alphabet;
  constexpr std::uint64_t letters = 10;  // position of A
  // An odd multiplier permutes the numbers below 2^32, so that neighbours look unlike and none repeats within a seed.
  std::uint64_t number = (index * 0x9e3779b1ULL + seed_ * 7919) & 0xffffffffULL;
  std::string organisation = "M";
  for (int place = 0; place < 6; ++place) {
    organisation += alphabet[number % alphabet.size()];
    number /= alphabet.size();
  }
  organisation.insert(1, 1, alphabet[letters + number]);  // what six places of base 31 leave of 32 bits: at most 4
  const auto made = enterprise::Uscc::make("91310117" + organisation + enterprise::organisation_check(organisation).value());
  return made.value();
}

void SampleGenerator::append_line(std::uint64_t index, std::string& out) const {
  Random random(seed_, index);
  const std::string_view form = random.weighted(std::span<const Share>(form_shares)).code;
  const Section& section = random.weighted(std::span<const Section>(sections_));
  const std::string_view street = random.weighted(std::span<const Share>(street_shares)).code;
  const bool technical = (section.code == "C" && random.chance(350)) || (section.code == "I" && random.chance(600)) ||
                         (section.code == "M" && random.chance(500));
  const bool sole_trader = form == "individual";

  out.append("{\"uscc\":\"").append(uscc(index).text()).append("\",\"name\":\"").append(name_of(random, form, section.code));
  out += "\",\"attributes\":{";
  AttributeWriter write(out);

  const std::int64_t founded = random.chance(500) ? random.between(2016, 2025) : random.between(1995, 2015);
  write.text(market, "org_form", form);
  write.boolean(market, "legal_person", form == "company" || form == "private_nonenterprise" || form == "farmer_cooperative");
  write.boolean(market, "is_branch", form == "company" && random.chance(30));
  write.text(market, "established", date(founded, random.between(1, 12), random.between(1, 28)));
  write.text(market, "operating_status", random.chance(955) ? "normal" : random.chance(500) ? "suspended" : "moved_out");
  write.integer(market, "registered_capital", 10000 * random.skewed(3, 5000));
  write.text(market, "region_province", "310000");
  write.text(market, "region_district", "310117");
  write.text(market, "region_street", street);
  if (!section.classes.empty()) write.text(market, "industry", random.one_of(std::span<const std::string>(section.classes)));
  write.boolean(market, "abnormal_list", random.chance(20));
  if (random.chance(700)) write.integer(market, "annual_report_year", random.chance(900) ? 2025 : 2024);

  if (random.chance(400)) {
    static constexpr Share parks[] = {
        {"none", 60}, {"songjiang_etdz", 20}, {"zhangjiang_songjiang", 8}, {"songjiang_bonded", 5}, {"other", 7}};
    write.text(park_office, "park", random.weighted(std::span<const Share>(parks)).code);
  }

  const HeadCountBand& band = random.weighted(std::span<const HeadCountBand>(head_counts));
  const std::int64_t staff = sole_trader ? random.between(0, 8) : random.skewed(band.low, band.high);
  const std::int64_t insured = staff - random.skewed(0, staff / 4);
  if (random.chance(820)) {
    const std::int64_t last_december = std::max<std::int64_t>(0, insured + random.between(-insured / 10 - 1, insured / 10));
    const std::int64_t december_before =
        std::max<std::int64_t>(0, last_december + random.between(-last_december / 8, last_december / 10 + 1));
    write.integer(social_insurance, "employees", staff);
    write.integer(social_insurance, "insured_employees", insured);
    write.integer(social_insurance, "insured_employees_last_dec", last_december);
    write.integer(social_insurance, "insured_employees_prev_dec", december_before);
    if (december_before > 0) write.ratio(social_insurance, "layoff_rate", (december_before - last_december) * 1000 / december_before);
    static constexpr std::string_view schemes[] = {"pension", "medical", "unemployment", "injury", "maternity"};
    write.list(social_insurance, "social_insurances", std::span(schemes).first(insured > 0 ? 5 : 0));
    write.text(social_insurance, "social_insurance_province", "310000");
    if (random.chance(600)) write.integer(social_insurance, "unemployment_premium_paid", last_december * random.between(500, 1400));
    if (random.chance(350)) write.integer(social_insurance, "hires_graduates", random.skewed(0, insured / 12 + 1));
  }

  const std::int64_t revenue = std::max<std::int64_t>(1, staff) * random.skewed(60, 1800) * 1000;
  const std::int64_t assets = revenue / 100 * random.between(30, 220);
  const std::int64_t income = revenue / 1000 * random.between(-40, 120);
  if (random.chance(850)) {
    const bool small_scale = revenue < 5000000 || sole_trader;
    write.text(tax, "tax_district", random.chance(970) ? "310117" : "310115");
    write.text(tax, "vat_taxpayer_type", small_scale ? "small_scale" : "general");
    write.integer(tax_year, "annual_vat_sales", revenue);
    write.integer(tax, "monthly_sales", revenue / 12);
    if (small_scale) {
      static constexpr std::string_view rates[] = {"3", "5"};
      write.list(tax, "vat_levy_rates", std::span(rates).first(random.chance(900) ? 1 : 2));
    }
    if (!sole_trader) {
      write.integer(tax, "taxable_income", income);
      write.integer(tax, "employees_avg", staff);
      write.integer(tax, "total_assets_avg", assets);
      write.boolean(tax, "is_small_low_profit", income <= 3000000 && staff <= 300 && assets <= 50000000);
      write.boolean(tax, "is_resident_enterprise", true);
      write.boolean(tax_year, "is_profitable", income > 0);
    }
    static constexpr Share grades[] = {{"A", 15}, {"B", 40}, {"M", 38}, {"C", 5}, {"D", 2}};
    write.text(tax, "tax_credit_grade", random.weighted(std::span<const Share>(grades)).code);
  }
  if (random.chance(900)) write.boolean(tax, "restricted_industry", random.chance(8));
  if (random.chance(450)) {
    write.integer(statistics, "revenue", revenue);
    write.integer(statistics, "total_assets", assets);
    write.boolean(statistics, "statutory_reports_filed", random.chance(960));
    if (revenue > 20000000) write.integer(statistics, "above_scale_first_year", random.between(2012, 2026));
    write.ratio(statistics, "growth_last_year", random.between(-250, 400));
  }

  if (random.chance(920)) {
    write.text(credit, "credit_status", random.chance(930) ? "good" : random.chance(700) ? "fair" : "poor");
    write.boolean(credit, "dishonest_list", random.chance(6));
    const std::int64_t violations = random.chance(930) ? 0 : random.between(1, 4);
    write.integer(credit, "violations_2y", violations);
    write.integer(credit, "serious_violations_2y", violations > 2 ? 1 : 0);
    write.integer(credit, "major_incidents_1y", random.chance(4) ? 1 : 0);
  }

  if (!technical) {
    out += "}}\n";
    return;
  }
  std::vector<std::string_view> standings;
  if (random.chance(450)) standings.push_back("tsme");
  if (random.chance(380)) standings.push_back("hnte");
  if (random.chance(150)) standings.push_back("innovative_sme");
  if (random.chance(120)) standings.push_back("srdi");
  if (random.chance(20)) standings.push_back("giant");
  write.list(science, "qualifications", standings);
  if (std::ranges::find(standings, "hnte") != standings.end())
    write.text(science, "hnte_first_date", random_date(random, std::clamp<std::int64_t>(founded + 1, 2016, 2025), 2025));
  if (std::ranges::find(standings, "srdi") != standings.end()) write.text(economy, "srdi_first_date", random_date(random, 2021, 2025));
  if (std::ranges::find(standings, "giant") != standings.end()) write.text(economy, "giant_date", random_date(random, 2021, 2025));
  if (random.chance(750)) {
    const std::int64_t rd_per_mille = random.skewed(0, 250);
    write.integer(science, "rd_expense", revenue / 1000 * rd_per_mille);
    write.ratio(science, "rd_ratio", rd_per_mille);
    write.ratio(science, "rd_staff_ratio", random.skewed(20, 700));
  }
  if (random.chance(600)) {
    write.integer(intellectual_property, "ip_class1", random.skewed(0, 12));
    write.integer(intellectual_property, "ip_class2", random.skewed(0, 40));
    write.integer(intellectual_property, "inventions_valid", random.skewed(0, 15));
  }
  if (random.chance(300)) {
    static constexpr std::string_view chains[] = {"integrated_circuit", "biomedicine",    "artificial_intelligence",
                                                  "satellite_internet", "smart_terminal", "high_end_equipment",
                                                  "new_energy",         "new_materials"};
    write.list(economy, "industry_chains", std::span(&random.one_of(std::span<const std::string_view>(chains)), 1));
  }
  if (random.chance(200)) {
    static constexpr std::string_view projects[] = {"technical_renovation", "equipment_renewal", "digital_green", "smart_terminal",
                                                    "satellite"};
    write.list(own_statement, "project_types", std::span(&random.one_of(std::span<const std::string_view>(projects)), 1));
    write.integer(own_statement, "project_fixed_investment", 100000 * random.skewed(5, 900));
    write.integer(own_statement, "project_total_investment", 120000 * random.skewed(5, 900));
  }
  out += "}}\n";
}

}  // namespace zhida::standalone
